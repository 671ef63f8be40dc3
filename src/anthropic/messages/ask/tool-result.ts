import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { textOf } from '../../../kernel/unread-text.ts';
import type { ResultTurn, TurnPart } from '../../../gemini/conversation/turns.ts';
import { fromToolUseId } from '../tool-ids.ts';
import { badField, userBlock, type Block } from './user-blocks.ts';

/** What a result holds: its words, its media, the names of the tools that it loads, and how many blocks say nothing. */
type Content = {
  readonly text: string;
  readonly media: readonly TurnPart[];
  readonly loaded: readonly string[];
  readonly dropped: number;
};

/** A result, the names of the tools that it loads, and how many of its blocks say nothing to Gemini. */
export type ReadResult = { readonly turn: ResultTurn } & Pick<Content, 'loaded' | 'dropped'>;

const isReference = (block: Block): block is Block & { readonly tool_name: string } =>
  block['type'] === 'tool_reference' && typeof block['tool_name'] === 'string';

const contentOf = (content: unknown, path: string): E.Either<ProxyError, Content> => {
  if (content == null) return E.right({ text: '', media: [], loaded: [], dropped: 0 });
  if (typeof content === 'string') return E.right({ text: content, media: [], loaded: [], dropped: 0 });
  if (!Array.isArray(content)) return badField(path, 'a string or an array of content blocks', content);
  const texts: string[] = [];
  const media: TurnPart[] = [];
  const loaded: string[] = [];
  let dropped = 0;
  for (const [index, block] of content.entries()) {
    const at = `${path}.${index}`;
    if (!isObject(block)) return badField(at, 'an object', block);
    if (isReference(block)) {
      loaded.push(block.tool_name);
      texts.push(`tool ${block.tool_name} is loaded`);
      continue;
    }
    const read = userBlock(block, at);
    if (E.isLeft(read)) return read;
    if (read.right === null) dropped += 1;
    for (const part of read.right ?? []) {
      if ('text' in part) texts.push(textOf(part.text ?? ''));
      else media.push(part);
    }
  }
  return E.right({ text: texts.join('\n'), media, loaded, dropped });
};

/** A `tool_result`: it names its call by the id. */
export const toolResult = (block: Block, path: string): E.Either<ProxyError, ReadResult> => {
  const { tool_use_id: id, is_error: isError } = block;
  if (typeof id !== 'string') return badField(`${path}.tool_use_id`, 'a string', id);
  return E.map(({ text, media, loaded, dropped }: Content): ReadResult => ({
    turn: {
      role: 'result',
      by: 'id',
      key: fromToolUseId(id),
      path: `${path}.tool_use_id`,
      value: { text },
      media,
      ...(isError === true ? { isError } : {}),
    },
    loaded,
    dropped,
  }))(contentOf(block['content'], `${path}.content`));
};
