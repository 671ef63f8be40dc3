import type { Frame, ModalityCount, UsageMetadata } from './response.ts';

/** Lists of the usage that tell counts by kind. */
export type ListName = 'promptTokensDetails' | 'candidatesTokensDetails';

/** Counts of the usage, each of which frames tell anew. */
export type CountName = Exclude<keyof UsageMetadata, ListName | 'serviceTier'>;

/** What a count counts: a field of the usage, or an entry of one of its lists. */
export type Counted = CountName | { readonly list: ListName; readonly entry: number };

const countNames: ReadonlySet<string> = new Set<CountName>([
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
]);

/** Whether a field of the usage is a count that is read. */
export const isCountName = (name: string): name is CountName => countNames.has(name);

/** Whether it is a list of counts that is read. */
export const isListName = (name: string): name is ListName =>
  name === 'promptTokensDetails' || name === 'candidatesTokensDetails';

type Making<A> = { -readonly [Name in keyof A]: A[Name] };

const entryOf = ({ modality, tokenCount }: ModalityCount): ModalityCount => {
  const entry: Making<ModalityCount> = {};
  if (modality !== undefined) entry.modality = modality;
  if (tokenCount !== undefined) entry.tokenCount = tokenCount;
  return entry;
};

/** A frame with nothing in its usage but what is read: all else there is one answer's own. */
export const withReadUsage = (frame: Frame): Frame => {
  if (frame.usageMetadata === undefined) return frame;
  const usageMetadata: Making<UsageMetadata> = {};
  for (const [name, told] of Object.entries(frame.usageMetadata)) {
    if (isListName(name) && Array.isArray(told)) usageMetadata[name] = frame.usageMetadata[name]?.map(entryOf);
    else if (isCountName(name) && typeof told === 'number') usageMetadata[name] = told;
    else if (name === 'serviceTier' && typeof told === 'string') usageMetadata[name] = told;
  }
  return { ...frame, usageMetadata };
};

const withCount = (counts: readonly ModalityCount[], entry: number, tokenCount: number): readonly ModalityCount[] =>
  counts.map((count, at) => (at === entry ? { ...count, tokenCount } : count));

/** The usage of a frame with other counts. */
export const usageWith = (
  { usageMetadata }: Frame,
  counted: readonly (Counted | null)[],
  counts: ArrayLike<number>,
): UsageMetadata => {
  const usage: Making<UsageMetadata> = { ...usageMetadata };
  for (let stretch = 0; stretch < counted.length; stretch += 1) {
    const place = counted[stretch] ?? null;
    const count = counts[stretch] ?? 0;
    if (typeof place === 'string') usage[place] = count;
    else if (place !== null) usage[place.list] = withCount(usage[place.list] ?? [], place.entry, count);
  }
  return usage;
};
