import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { Steps } from '../../../kernel/steps.ts';
import { textParts } from '../../../gemini/conversation/text-parts.ts';
import type { ModelTurn, SystemTurn, Turn, TurnPart } from '../../../gemini/conversation/turns.ts';
import { efforts, type Effort } from '../../../gemini/thinking.ts';
import { assistantParts } from './assistant-blocks.ts';
import { toolResult } from './tool-result.ts';
import { badField, userBlock, type Block } from './user-blocks.ts';

/** What a conversation changes of its own request: tools that it loads, adds or takes away, and the last effort. */
export type ToolChanges = {
  readonly loaded: ReadonlySet<string>;
  readonly added: readonly Block[];
  readonly removed: ReadonlySet<string>;
  readonly effort: Effort | undefined;
};

/** A conversation in reading. */
type Reading = {
  /** The instruction: what `system` says, and messages of the role before the first answer. */
  readonly instruction: SystemTurn[];
  readonly turns: Turn[];
  readonly loaded: Set<string>;
  readonly added: Block[];
  readonly removed: Set<string>;
  effort: Effort | undefined;
  isAnswered: boolean;
  /** Blocks that say nothing to Gemini. */
  dropped: number;
};

/** Claude Code begins its instruction with a line for Anthropic's bills, new each time: no prefix would stay. */
const billing = 'x-anthropic-billing-header:';

const isBilling = (text: unknown): boolean => typeof text === 'string' && text.trimStart().startsWith(billing);

const noteChange = (reading: Reading, { type, tool }: Block): boolean => {
  if ((type !== 'tool_addition' && type !== 'tool_removal') || !isObject(tool)) return false;
  const { name, definition } = tool;
  if (type === 'tool_addition' && isObject(definition)) reading.added.push(definition);
  if (typeof name !== 'string') return true;
  if (type === 'tool_removal') reading.removed.add(name);
  else {
    reading.removed.delete(name);
    reading.loaded.add(name);
  }
  return true;
};

/** What stands in a message, results aside; null where nothing of it is of a kind that is known. */
type Said = readonly TurnPart[] | null;

const addResult = (reading: Reading, block: Block, path: string): ProxyError | null => {
  const result = toolResult(block, path);
  if (E.isLeft(result)) return result.left;
  reading.turns.push(result.right.turn);
  reading.dropped += result.right.dropped;
  for (const name of result.right.loaded) reading.loaded.add(name);
  return null;
};

const readContent = (reading: Reading, content: unknown, path: string): E.Either<ProxyError, Said> => {
  if (content == null) return E.right([]);
  if (typeof content === 'string') return E.right(isBilling(content) ? [] : textParts(content));
  if (!Array.isArray(content)) return badField(path, 'a string or an array of content blocks', content);
  const parts: TurnPart[] = [];
  let isKnown = content.length === 0;
  for (const [index, block] of content.entries()) {
    const at = `${path}.${index}`;
    if (!isObject(block)) return badField(at, 'an object', block);
    if (block['type'] === 'tool_result') {
      const fault = addResult(reading, block, at);
      if (fault !== null) return E.left(fault);
      isKnown = true;
      continue;
    }
    const read = userBlock(block, at);
    if (E.isLeft(read)) return read;
    const isChange = noteChange(reading, block);
    isKnown ||= isChange || read.right !== null;
    if (!isChange && read.right === null) reading.dropped += 1;
    if (!isBilling(block['text'])) for (const part of read.right ?? []) parts.push(part);
  }
  return E.right(isKnown ? parts : null);
};

const nothingKnown = (path: string): ProxyError =>
  invalid(`'${path}' holds no content block that is known here.`, path, 'unsupported_value');

const addSystem = (reading: Reading, content: unknown, path: string): ProxyError | null => {
  const parts = readContent(reading, content, path);
  if (E.isLeft(parts)) return parts.left;
  const turn: SystemTurn = { role: 'system', parts: parts.right ?? [], path, called: 'system' };
  if (turn.parts.length === 0) return null;
  if (reading.isAnswered) reading.turns.push(turn);
  else reading.instruction.push(turn);
  return null;
};

const addUser = (reading: Reading, content: unknown, path: string): ProxyError | null => {
  const parts = readContent(reading, content, path);
  if (E.isLeft(parts)) return parts.left;
  if (parts.right === null) return nothingKnown(path);
  if (parts.right.length > 0) reading.turns.push({ role: 'user', parts: parts.right });
  return null;
};

type Part = ModelTurn['parts'][number];

const isSigned = (part: Part): boolean =>
  'text' in part && (part.thought === true || part.thoughtSignature !== undefined);

/** With signatures between its words it is known again by the words alone, as it is without them. */
const answerTurn = (parts: readonly Part[], path: string): ModelTurn => {
  if (!parts.some(isSigned)) return { role: 'model', parts, path };
  const words = parts.map((part) => ('text' in part && part.thought !== true ? (part.text ?? '') : '')).join('');
  return { role: 'model', parts, path, words };
};

const addAnswer = (reading: Reading, content: unknown, path: string): ProxyError | null => {
  const read = assistantParts(content, path);
  if (E.isLeft(read)) return read.left;
  const { parts, dropped } = read.right;
  if (parts === null) return nothingKnown(path);
  reading.isAnswered = true;
  reading.dropped += dropped;
  reading.turns.push(answerTurn(parts, path));
  return null;
};

const noteEffort = (reading: Reading, { output_config: config }: Block): void => {
  const said = isObject(config) ? config['effort'] : undefined;
  reading.effort = efforts.find((effort) => effort === said) ?? reading.effort;
};

const addMessage = (reading: Reading, message: Block, at: string): ProxyError | null => {
  const { role, content } = message;
  const path = `${at}.content`;
  if (role === 'user') return addUser(reading, content, path);
  if (role === 'assistant') return addAnswer(reading, content, path);
  if (role === 'system') {
    noteEffort(reading, message);
    return addSystem(reading, content, path);
  }
  return role === undefined
    ? invalid(`Missing required parameter: '${at}.role'.`, `${at}.role`, 'missing_required_parameter')
    : invalid(
        `Invalid value for '${at}.role': expected one of user, assistant, system.`,
        `${at}.role`,
        'invalid_value',
      );
};

/** What the messages of a request come to. */
export type ReadMessages = {
  readonly turns: readonly Turn[];
  readonly changes: ToolChanges;
  /** Blocks that say nothing to Gemini. */
  readonly dropped: number;
};

/** Messages that are read in one go: a millisecond of them. */
const messagesAtOnce = 256;

/**
 * Anthropic's instruction and messages as the turns of a conversation. A message of role system before the first
 * answer is instruction too; a later one stays in its place, so that what stands before it stays known to the cache.
 */
export function* readMessages({
  system,
  messages,
}: {
  readonly system: unknown;
  readonly messages: readonly Block[];
}): Steps<E.Either<ProxyError, ReadMessages>> {
  const reading: Reading = {
    instruction: [],
    turns: [],
    loaded: new Set(),
    added: [],
    removed: new Set(),
    effort: undefined,
    isAnswered: false,
    dropped: 0,
  };
  const fault = addSystem(reading, system, 'system');
  if (fault !== null) return E.left(fault);
  for (const [index, message] of messages.entries()) {
    if (index % messagesAtOnce === messagesAtOnce - 1) yield;
    const met = addMessage(reading, message, `messages.${index}`);
    if (met !== null) return E.left(met);
  }
  const { instruction, turns, loaded, added, removed, effort, dropped } = reading;
  return E.right({ turns: [...instruction, ...turns], changes: { loaded, added, removed, effort }, dropped });
}
