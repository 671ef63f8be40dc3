import { isWebAddress } from '../inline-media.ts';
import { pictureAddresses, picturesFrom, type HistoryImages } from './earlier-pictures.ts';
import type { Turn, TurnPart } from './turns.ts';

/**
 * Media that is to be gathered, and the field that holds its address. Without what is not required, the request goes
 * on.
 */
export type ConversationLink = { readonly url: string; readonly path: string; readonly isRequired: boolean };

const partsOf = (turn: Turn): readonly (TurnPart | { readonly call: unknown })[] =>
  turn.role === 'result' ? turn.media : turn.parts;

/**
 * What a conversation names by web address: media in its turns, which must be there, and pictures of earlier answers
 * that go back to the model, without which the conversation goes on.
 */
export const conversationLinks = (
  turns: readonly Turn[],
  historyImages: HistoryImages,
): readonly ConversationLink[] => {
  const links: ConversationLink[] = [];
  const shownFrom = picturesFrom(turns, historyImages);
  for (let index = 0; index < turns.length; index += 1) {
    const turn = turns[index];
    if (turn === undefined) continue;
    for (const part of partsOf(turn))
      if ('link' in part) links.push({ url: part.link.url, path: part.link.path, isRequired: true });
    if (turn.role !== 'model' || index < shownFrom) continue;
    for (const url of pictureAddresses(turn))
      if (isWebAddress(url)) links.push({ url, path: turn.path, isRequired: false });
  }
  return links;
};
