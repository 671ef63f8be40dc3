import { E } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { textOf } from '../../../kernel/unread-text.ts';
import type { ResultTurn, TurnPart } from '../../../gemini/conversation/turns.ts';
import { fromToolUseId } from '../tool-ids.ts';
import { badField, userBlock, type Block } from './user-blocks.ts';

/** What a result holds: its words, its media, and the names of the tools that it loads. */
type Content = { readonly text: string; readonly media: readonly TurnPart[]; readonly loaded: readonly string[] };

/** A result, and the names of the tools that it loads. */
export type ReadResult = { readonly turn: ResultTurn; readonly loaded: readonly string[] };

const isReference = (block: Block): block is Block & { readonly tool_name: string } =>
  block['type'] === 'tool_reference' && typeof block['tool_name'] === 'string';

const contentOf = (content: unknown, path: string): E.Either<ProxyError, Content> => {
  if (content == null) return E.right({ text: '', media: [], loaded: [] });
  if (typeof content === 'string') return E.right({ text: content, media: [], loaded: [] });
  if (!Array.isArray(content)) return badField(path, 'a string or an array of content blocks', content);
  const texts: string[] = [];
  const media: TurnPart[] = [];
  const loaded: string[] = [];
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
    for (const part of read.right ?? []) {
      if ('text' in part) texts.push(textOf(part.text ?? ''));
      else media.push(part);
    }
  }
  return E.right({ text: texts.join('\n'), media, loaded });
};

/** A `tool_result`: it names its call by the id. */
export const toolResult = (block: Block, path: string): E.Either<ProxyError, ReadResult> => {
  const { tool_use_id: id, is_error: isError } = block;
  if (typeof id !== 'string') return badField(`${path}.tool_use_id`, 'a string', id);
  return E.map(({ text, media, loaded }: Content): ReadResult => ({
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
  }))(contentOf(block['content'], `${path}.content`));
};
