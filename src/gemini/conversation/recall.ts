import type { Steps } from '../../kernel/steps.ts';
import { turnKey } from './answer-key.ts';
import { readSignedAnswer, type SignedAnswer } from './signed-parts.ts';
import { callsIn, type Turn } from './turns.ts';

/** A remembered signature, and the key that made it. */
export type RecalledSignature = { readonly value: string; readonly keyId: string };

/** What is remembered for a conversation, by the ids of its calls and the keys of its answers. */
export type Recalled = ReadonlyMap<string, RecalledSignature>;

/** Turns whose keys are made in one go: a millisecond of them. */
const turnsAtOnce = 256;

/** Whose signatures are looked for: the calls' ids alone, or the keys of answers as well, at a microsecond a turn. */
export type RecallWish = 'calls' | 'calls and answers';

/** What the signatures of a conversation may be remembered by, the newest last. */
export function* recallKeysInSteps(
  turns: readonly Turn[],
  model: string,
  wish: RecallWish,
): Steps<readonly string[]> {
  const keys: string[] = [];
  for (let index = 0; index < turns.length; index += 1) {
    if (index % turnsAtOnce === turnsAtOnce - 1) yield;
    const turn = turns[index];
    if (turn?.role !== 'model') continue;
    for (const call of callsIn(turn)) keys.push(call.id);
    const key = wish === 'calls' ? undefined : turnKey(turns, index, model);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** Looks up what is remembered of the model's turn at an index. */
export type RecallAnswer = (index: number) => SignedAnswer | undefined;

const recallNothing: RecallAnswer = () => undefined;

/**
 * What is remembered of a conversation's answers. Signatures that Gemini can do without go back as long as the key made
 * them that is asked first, the one of the newest: those of another key may be refused.
 */
export const answerRecall = (turns: readonly Turn[], model: string, recalled: Recalled): RecallAnswer => {
  const newest = recalled.size === 0 ? undefined : [...recalled.values()].at(-1)?.keyId;
  if (newest === undefined) return recallNothing;
  return (index) => {
    const known = recalled.get(turnKey(turns, index, model) ?? '');
    return known?.keyId === newest ? readSignedAnswer(known.value) : undefined;
  };
};
