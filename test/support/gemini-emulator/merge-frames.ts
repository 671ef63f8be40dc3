import { isObject, numberAt, objectAt, objectsAt, textAt, type JsonObject } from './json.ts';

const isPlainText = (part: JsonObject): boolean =>
  typeof part['text'] === 'string' && part['thoughtSignature'] === undefined && part['audioTranscription'] === undefined;

/** Text parts of one kind grow together, as Google's whole answers show them; all others stay as they are. */
const joined = (parts: readonly JsonObject[], part: JsonObject): readonly JsonObject[] => {
  const last = parts.at(-1);
  const text = textAt(part, 'text');
  if (last === undefined || text === undefined || !isPlainText(last) || last['thought'] !== part['thought']) return [...parts, part];
  return [...parts.slice(0, -1), { ...last, ...part, text: `${textAt(last, 'text') ?? ''}${text}` }];
};

const mergeCandidate = (earlier: JsonObject, later: JsonObject): JsonObject => {
  const parts = [...objectsAt(earlier['content'], 'parts'), ...objectsAt(later['content'], 'parts')];
  const content = { ...objectAt(earlier, 'content'), ...objectAt(later, 'content') };
  return {
    ...earlier,
    ...later,
    ...(isObject(earlier['content']) || isObject(later['content'])
      ? { content: parts.length === 0 ? content : { ...content, parts: parts.reduce<readonly JsonObject[]>(joined, []) } }
      : {}),
  };
};

const mergeTwo = (earlier: JsonObject, later: JsonObject): JsonObject => {
  const candidates = new Map(objectsAt(earlier, 'candidates').map((one) => [numberAt(one, 'index') ?? 0, one]));
  for (const one of objectsAt(later, 'candidates')) {
    const index = numberAt(one, 'index') ?? 0;
    candidates.set(index, mergeCandidate(candidates.get(index) ?? {}, one));
  }
  return { ...earlier, ...later, ...(candidates.size === 0 ? {} : { candidates: [...candidates.values()] }) };
};

/** What a whole answer looks like when a stream would have been these frames; a single frame stays as it is. */
export const mergeFrames = (frames: readonly unknown[]): unknown => {
  if (frames.length === 1) return frames[0];
  return frames.filter(isObject).reduce<JsonObject>(mergeTwo, {});
};
