import type { GeminiModel } from './response.ts';

/** What an endpoint wants of a model. */
export type ModelJob = 'chat' | 'image' | 'speech' | 'transcription' | 'embedding';

const draws = /image|imagen|banana/;
const speaks = /-tts\b/;
const transcribes = /transcribe/;
const embeds = /embedding/;

/** Models with work of their own, which nobody means who asks for a chat. */
const special = /live|native-audio|robotics|computer-use|deep-research|omni|veo|lyria|customtools|aqa|learnlm/;

const does: Readonly<Record<ModelJob, (id: string) => boolean>> = {
  chat: (id) =>
    id.startsWith('gemini-') && ![draws, speaks, transcribes, embeds, special].some((other) => other.test(id)),
  image: (id) => draws.test(id) && !/imagen/.test(id),
  speech: (id) => speaks.test(id),
  transcription: (id) => transcribes.test(id),
  embedding: (id) => embeds.test(id),
};

/** In a chat, a name that tells of pictures or speech means a model that makes them. */
const jobOf = (asked: string, job: ModelJob): ModelJob => {
  if (job !== 'chat') return job;
  if (draws.test(asked)) return 'image';
  return speaks.test(asked) ? 'speech' : 'chat';
};

const isGoogles = (asked: string): boolean => /^(?:models\/)?(?:gemini|gemma|learnlm)/.test(asked);

/** Pro for pro and small for small, where the name is one of Google's; flash for everybody else. */
const kindOf = (asked: string): RegExp => {
  if (isGoogles(asked) && /flash-lite|-8b/.test(asked)) return /flash-lite/;
  return isGoogles(asked) && /-pro\b/.test(asked) ? /-pro\b/ : /-flash(?!-lite)/;
};

/** `gemini-3.8-flash` → 3.8; the names that go with the times come before all numbers, previews after their own. */
const newnessOf = (id: string): number => {
  if (id.endsWith('-latest')) return 1000;
  const version = Number(/-(\d+(?:\.\d+)?)/.exec(id)?.[1] ?? 0);
  return version - (/preview|exp/.test(id) ? 0.01 : 0);
};

/** Draws for most people: the newest is not the best known. */
const favourites: readonly string[] = ['gemini-3.1-flash-image'];

/**
 * A model of the list that does the job of one which is not there, the nearest by its name; null when the list has
 * none.
 */
export const livingModel = (asked: string, job: ModelJob, list: readonly GeminiModel[]): string | null => {
  const wanted = jobOf(asked, job);
  const ids = list.map(({ name }) => name.replace(/^models\//, '')).filter((id) => id !== asked && does[wanted](id));
  const favourite = favourites.find((id) => ids.includes(id));
  if (favourite !== undefined) return favourite;
  const kind = kindOf(asked);
  const same = ids.filter((id) => kind.test(id));
  return (same.length > 0 ? same : ids).toSorted((a, b) => newnessOf(b) - newnessOf(a))[0] ?? null;
};
