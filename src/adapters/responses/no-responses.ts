import { TE } from '../../kernel/fp.ts';
import { itemNotFound, previousNotFound, type ResponseStore } from '../../ports/response-store.ts';

/** Keeps nothing: every response that is named is unknown. */
export const noResponses: ResponseStore = {
  recallItems: ({ previous, items: [item] }) => {
    if (previous !== null) return TE.left(previousNotFound(previous));
    return item === undefined ? TE.right({ before: [], byId: new Map() }) : TE.left(itemNotFound(item));
  },
  mostBytesEach: 0,
  keepResponse: () => undefined,
  findResponse: () => TE.right(null),
  removeResponse: () => Promise.resolve(false),
};
