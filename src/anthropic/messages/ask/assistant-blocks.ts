import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { textParts } from '../../../gemini/conversation/text-parts.ts';
import type { Call, ModelTurn } from '../../../gemini/conversation/turns.ts';
import { isJsonObject } from '../../../gemini/is-json-object.ts';
import { fromToolUseId } from '../tool-ids.ts';
import { readMark } from './signature-marks.ts';
import { badField, userBlock, type Block } from './user-blocks.ts';

type Part = ModelTurn['parts'][number];

/** What the blocks of an answer come to. `isKnown`: one of them at least is a block that was meant for an answer. */
type Reading = { readonly parts: Part[]; signature: string | undefined; isKnown: boolean; dropped: number };

/** Parts of what the model said, and how many blocks say nothing to Gemini. */
export type AnswerParts = { readonly parts: readonly Part[] | null; readonly dropped: number };

/** Blocks that Anthropic's own servers made: Gemini has nothing to do with them. */
const serverMade = /^(?:thinking|redacted_thinking|server_tool_use|\w+_tool_result)$/;

/** A signature behind a text belongs to its last part. */
const signText = ({ parts }: Reading, thoughtSignature: string): void => {
  const last = parts.at(-1);
  if (last !== undefined && 'text' in last && last.thought !== true && last.thoughtSignature === undefined) {
    parts[parts.length - 1] = { ...last, thoughtSignature };
  } else parts.push({ text: '', thoughtSignature });
};

/** Its words are not replayed: Gemini wants its signature back, and does without words that have none. */
const addThought = (reading: Reading, { signature }: Block): void => {
  const mark = readMark(signature);
  if (mark === null) return;
  if (mark.kind === 'thought') reading.parts.push({ text: '', thought: true, thoughtSignature: mark.signature });
  else if (mark.kind === 'call') reading.signature = mark.signature;
  else signText(reading, mark.signature);
};

const callOf = (block: Block, path: string, signature: string | undefined): E.Either<ProxyError, Call> => {
  const { id, name, input, written } = block;
  if (typeof id !== 'string') return badField(`${path}.id`, 'a string', id);
  if (typeof name !== 'string') return badField(`${path}.name`, 'a string', name);
  if (!isJsonObject(input)) return badField(`${path}.input`, 'an object', input);
  const given = typeof written === 'string' ? written : input;
  return E.right({ id: fromToolUseId(id), name, arguments: given, path: `${path}.input`, signature });
};

const addBlock = (reading: Reading, block: Block, path: string): ProxyError | null => {
  const { type } = block;
  if (type === 'thinking') addThought(reading, block);
  if (type === 'tool_use') {
    const call = callOf(block, path, reading.signature);
    if (E.isLeft(call)) return call.left;
    reading.parts.push({ call: call.right });
    reading.signature = undefined;
  }
  const read = type === 'tool_use' ? E.right([]) : userBlock(block, path);
  if (E.isLeft(read)) return read.left;
  for (const part of read.right ?? []) reading.parts.push(part);
  if (read.right === null && type !== 'thinking') reading.dropped += 1;
  reading.isKnown ||= read.right !== null || (typeof type === 'string' && serverMade.test(type));
  return null;
};

/** What the model said before, as parts of its turn; none where all that it said is of no kind that is known. */
export const assistantParts = (content: unknown, path: string): E.Either<ProxyError, AnswerParts> => {
  if (content == null) return E.right({ parts: [], dropped: 0 });
  if (typeof content === 'string') return E.right({ parts: textParts(content), dropped: 0 });
  if (!Array.isArray(content)) return badField(path, 'a string or an array of content blocks', content);
  const reading: Reading = { parts: [], signature: undefined, isKnown: content.length === 0, dropped: 0 };
  for (const [index, block] of content.entries()) {
    const at = `${path}.${index}`;
    if (!isObject(block)) return badField(at, 'an object', block);
    const fault = addBlock(reading, block, at);
    if (fault !== null) return E.left(fault);
  }
  return E.right({ parts: reading.isKnown ? reading.parts : null, dropped: reading.dropped });
};
