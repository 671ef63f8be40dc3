import { signedAnswer, type SignedPlaces } from '../gemini/answer/signed-places.ts';
import { answerKey, type AnswerPrint } from '../gemini/conversation/answer-key.ts';
import { exactJson } from '../gemini/exact-json.ts';
import type { Signature } from '../ports/capabilities.ts';

/** An answer that has ended: where it is signed, and what it is known again by. */
export type EndedAnswer = { readonly places: SignedPlaces; readonly print: AnswerPrint };

/**
 * A longer answer is not remembered (signature-memory.ts has the bound of all); results of searches are signed with
 * 140,000 characters.
 */
const mostRemembered = 262_144;

/** What is to be remembered of an answer that has ended; nothing where nothing is signed. */
export const signaturesOf = ({ places, print }: EndedAnswer, question: string, keyId: string): readonly Signature[] => {
  const answer = signedAnswer(places);
  if (answer === null) return [];
  const holdsTools = answer.parts.some(({ part }) => part?.toolCall !== undefined || part?.toolResponse !== undefined);
  const value = holdsTools ? exactJson(answer) : JSON.stringify(answer);
  if (value.length > mostRemembered) return [];
  const holdsWords = answer.parts.some(({ part }) => part !== undefined) ? { holdsWords: true } : {};
  return [{ callId: answerKey(question, print), value, keyId, ...holdsWords }];
};
