import { conversationLinks, type ConversationLink } from '../../../gemini/conversation/conversation-links.ts';
import type { HistoryImages } from '../../../gemini/conversation/earlier-pictures.ts';
import type { ChatRequest } from './request.ts';

/** What a chat request names by web address. */
export const mediaLinks = (
  { turns }: Pick<ChatRequest, 'turns'>,
  historyImages: HistoryImages,
): readonly ConversationLink[] => conversationLinks(turns, historyImages);
