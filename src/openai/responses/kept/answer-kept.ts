import { TE } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import type { Reply } from '../../../ports/reply.ts';
import type { Asker, ResponseStore } from '../../../ports/response-store.ts';
import { showKept } from './kept-response.ts';
import { listKeptItems } from './listed-items.ts';
import { cancelKept, removeKept } from './removed-response.ts';

type Answer = (asker: Asker) => TE.TaskEither<ProxyError, Reply>;

type AnswerFrom = (store: ResponseStore) => (id: string, query: URLSearchParams) => Answer;

/** By method, and what stands behind the id in the path. */
const answers = new Map<string, AnswerFrom>([
  ['GET ', showKept],
  ['GET input_items', listKeptItems],
  ['DELETE ', removeKept],
  ['POST cancel', cancelKept],
]);

/** A request for something that is kept: `rest` is what stands behind `/responses/`. */
export type KeptTarget = {
  readonly method: string;
  readonly path: string;
  readonly rest: string;
  readonly query: string;
};

/** What is asked of a kept response, by its path: itself, its input, to forget it, to cancel it. */
export const answerKept =
  (store: ResponseStore) =>
  ({ method, path, rest, query }: KeptTarget): Answer => {
    const [id = '', ...behind] = rest.split('/');
    const answer = answers.get(`${method} ${behind.join('/')}`);
    return answer === undefined
      ? () => TE.left({ tag: 'NoSuchRoute', method, path: path.slice(0, 200) })
      : answer(store)(id, new URLSearchParams(query));
  };
