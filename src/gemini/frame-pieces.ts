import { isObject } from '../kernel/is-object.ts';

/** Parts, log probabilities, sources or supports in one piece of a frame. */
const mostInPiece = 1000;

/** Choices of one answer: candidateCount is 8 at most (discovery document). */
const mostCandidates = 8;

/** Kinds of tokens that usage is told by; there are five. */
const mostKinds = 64;

type Fields = Readonly<Record<string, unknown>>;
type List = readonly unknown[];

const noList: List = [];

const listAt = (value: unknown, name: string): List => {
  const list = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list : noList;
};

/** Parts of all candidates of a frame that was just parsed, whatever they are. */
export const countParts = (frame: unknown): number => {
  const candidates = listAt(frame, 'candidates');
  let parts = candidates.length;
  for (const one of candidates) if (isObject(one)) parts += listAt(one['content'], 'parts').length;
  return parts;
};

const isText = (part: unknown): part is Fields & { readonly text: string } => {
  if (!isObject(part) || typeof part['text'] !== 'string') return false;
  for (const name in part) if (name !== 'text' && name !== 'thought') return false;
  return true;
};

/** Texts that follow each other are one: nothing is lost, and a text of half a million parts is a text again. */
const joinedTexts = (parts: List): List => {
  const joined: unknown[] = [];
  let open: { readonly thought: unknown; text: string } | null = null;
  const close = (): void => {
    if (open !== null) joined.push(open.thought === undefined ? { text: open.text } : open);
    open = null;
  };
  for (const part of parts) {
    if (!isText(part)) {
      close();
      joined.push(part);
    } else if (open !== null && open.thought === part['thought']) open.text += part.text;
    else {
      close();
      open = { thought: part['thought'], text: part.text };
    }
  }
  close();
  return joined;
};

/** A call's arguments that come in many pieces, as several parts that go on (Vertex: willContinue). */
const callPieces = (part: unknown): List => {
  const call = isObject(part) ? part['functionCall'] : undefined;
  const args = listAt(call, 'partialArgs');
  if (!isObject(part) || !isObject(call) || args.length <= mostInPiece) return [part];
  const count = Math.ceil(args.length / mostInPiece);
  return Array.from({ length: count }, (_, at) => {
    const partialArgs = args.slice(at * mostInPiece, (at + 1) * mostInPiece);
    const willContinue = at < count - 1 ? true : call['willContinue'];
    return at === 0
      ? { ...part, functionCall: { ...call, partialArgs, willContinue } }
      : { functionCall: { partialArgs, willContinue } };
  });
};

const weightOf = (part: unknown): number =>
  isObject(part) ? 1 + listAt(part['functionCall'], 'partialArgs').length : 1;

/** The parts some at a time, at least one list. */
function* partLists(parts: List): Generator<List, void, undefined> {
  let list: unknown[] = [];
  let weight = 0;
  for (const part of parts) {
    for (const piece of callPieces(part)) {
      if (weight >= mostInPiece) {
        yield joinedTexts(list);
        list = [];
        weight = 0;
      }
      list.push(piece);
      weight += weightOf(piece);
    }
  }
  yield joinedTexts(list);
}

const sliceLists = (value: Fields, names: readonly string[], at: number): Fields =>
  Object.fromEntries(
    names.flatMap((name) =>
      Array.isArray(value[name]) ? [[name, value[name].slice(at * mostInPiece, (at + 1) * mostInPiece)]] : [],
    ),
  );

const logprobs = ['chosenCandidates', 'topCandidates'];
const grounding = ['webSearchQueries', 'groundingChunks', 'groundingSupports'];

const sizeOf = (value: unknown, names: readonly string[]): number =>
  Math.max(...names.map((name) => listAt(value, name).length));

type Piece = { readonly candidate: unknown; readonly isLast: boolean };

/** One candidate as several, of which the last has its end. */
function* candidatePieces(candidate: unknown): Generator<Piece, void, undefined> {
  if (!isObject(candidate)) return;
  const { content, logprobsResult, groundingMetadata, ...rest } = candidate;
  const index = candidate['index'] === undefined ? {} : { index: candidate['index'] };
  const lists = partLists(listAt(content, 'parts'));
  const most = Math.ceil(
    Math.max(sizeOf(logprobsResult, logprobs), sizeOf(groundingMetadata, grounding)) / mostInPiece,
  );
  let next = lists.next();
  for (let at = 0; ; at += 1) {
    const parts = next.done === true ? [] : next.value;
    next = lists.next();
    const isLast = next.done === true && at >= most - 1;
    const piece = {
      ...(isLast ? rest : index),
      ...(isObject(content) ? { content: { ...content, parts } } : {}),
      ...(isObject(logprobsResult) ? { logprobsResult: sliceLists(logprobsResult, logprobs, at) } : {}),
      ...(isObject(groundingMetadata) ? { groundingMetadata: sliceLists(groundingMetadata, grounding, at) } : {}),
    };
    yield { candidate: piece, isLast };
    if (isLast) return;
  }
}

const usageWithin = (usage: unknown): unknown =>
  isObject(usage)
    ? Object.fromEntries(
        Object.entries(usage).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, mostKinds) : value]),
      )
    : usage;

/**
 * A large frame as several that say the same one after the other, so that none of them is much work: its parts, log
 * probabilities and sources some at a time, what ends it with the last. More than eight candidates are none of
 * Gemini's.
 */
export function* framePieces(body: unknown): Generator<unknown, void, undefined> {
  if (!isObject(body) || !Array.isArray(body['candidates'])) {
    yield isObject(body) && isObject(body['usageMetadata'])
      ? { ...body, usageMetadata: usageWithin(body['usageMetadata']) }
      : body;
    return;
  }
  const last: unknown[] = [];
  for (const candidate of body['candidates'].slice(0, mostCandidates)) {
    for (const { candidate: piece, isLast } of candidatePieces(candidate)) {
      if (isLast) last.push(piece);
      else yield { candidates: [piece] };
    }
  }
  const { usageMetadata } = body;
  yield {
    ...body,
    candidates: last,
    ...(usageMetadata === undefined ? {} : { usageMetadata: usageWithin(usageMetadata) }),
  };
}
