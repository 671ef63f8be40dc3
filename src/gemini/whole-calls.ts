import type { Candidate, Frame, FunctionCall, PartialArg, ResponsePart } from './response.ts';
import type { Json } from './request.ts';

type Branch = { [key: string]: Tree };
type Tree = Json | Branch | Tree[];

/** A call whose arguments come in pieces (Vertex: partialArgs, willContinue). */
type Pending = { readonly part: ResponsePart; readonly call: FunctionCall; readonly args: Branch };

/** `$.list[0].name` → list, 0, name. Never the prototype's name. */
const steps = (path: string): readonly (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|\['([^']*)'\]|\.?([^.[\]$]+)/g)]
    .map(([, index, quoted, plain]) => (index === undefined ? (quoted ?? plain ?? '') : Number(index)))
    .filter((step) => step !== '__proto__');

const valueOf = (piece: PartialArg): Json =>
  piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null;

const isBranch = (tree: Tree | undefined): tree is Branch => typeof tree === 'object' && tree !== null && !Array.isArray(tree);

const child = (tree: Tree | undefined, step: string | number): Tree | undefined => {
  if (Array.isArray(tree)) return typeof step === 'number' ? tree[step] : undefined;
  return isBranch(tree) && Object.hasOwn(tree, step) ? tree[step] : undefined;
};

/** Strings of the same path append; every other value is set once. */
const grown = (known: Tree | undefined, path: readonly (string | number)[], value: Json): Tree => {
  const [step, ...rest] = path;
  if (step === undefined) return typeof known === 'string' && typeof value === 'string' ? known + value : value;
  const next = grown(child(known, step), rest, value);
  if (typeof step !== 'number') return { ...(isBranch(known) ? known : {}), [step]: next };
  const list = Array.isArray(known) ? [...known] : [];
  list[step] = next;
  return list;
};

const added = (args: Branch, pieces: readonly PartialArg[]): Branch =>
  pieces.reduce<Branch>((tree, piece) => {
    const next = grown(tree, steps(piece.jsonPath ?? ''), valueOf(piece));
    return isBranch(next) ? next : tree;
  }, args);

const finished = ({ part, call, args }: Pending): ResponsePart => ({
  ...part,
  functionCall: { ...(call.id === undefined ? {} : { id: call.id }), ...(call.name === undefined ? {} : { name: call.name }), args },
});

type Reading = { readonly parts: readonly ResponsePart[]; readonly pending: Pending | undefined };

const started = (part: ResponsePart, call: FunctionCall): Pending => ({ part, call, args: added({ ...call.args }, call.partialArgs ?? []) });

const readPart = (pending: Pending | undefined, part: ResponsePart): Reading => {
  const call = part.functionCall;
  if (call === undefined) return { parts: [part], pending };
  const flushed = pending === undefined ? [] : [finished(pending)];
  const inPieces = call.willContinue === true || call.partialArgs !== undefined;
  if (call.name !== undefined) {
    if (!inPieces) return { parts: [...flushed, part], pending: undefined };
    const begun = started(part, call);
    return call.willContinue === true ? { parts: flushed, pending: begun } : { parts: [...flushed, finished(begun)], pending: undefined };
  }
  if (pending === undefined) return { parts: [], pending };
  const more: Pending = { ...pending, args: added(pending.args, call.partialArgs ?? []) };
  return call.willContinue === true ? { parts: [], pending: more } : { parts: [finished(more)], pending: undefined };
};

const readCandidate = (candidate: Candidate, before: Pending | undefined): { readonly candidate: Candidate; readonly pending: Pending | undefined } => {
  let pending = before;
  const parts: ResponsePart[] = [];
  for (const part of candidate.content?.parts ?? []) {
    const read = readPart(pending, part);
    parts.push(...read.parts);
    pending = read.pending;
  }
  if (candidate.finishReason !== undefined && pending !== undefined) {
    parts.push(finished(pending));
    pending = undefined;
  }
  return { candidate: { ...candidate, content: { ...candidate.content, parts } }, pending };
};

/** Gives ids: Gemini's own where there is one, unused so far in the answer. */
type Identify = (given: string | undefined) => string;

const identifier = (newId: () => string): Identify => {
  const used = new Set<string>();
  return (given) => {
    const id = given === undefined || given === '' || used.has(given) ? `call_${newId()}` : given;
    used.add(id);
    return id;
  };
};

const identifiedPart = (part: ResponsePart, identify: Identify): ResponsePart =>
  part.functionCall?.name === undefined ? part : { ...part, functionCall: { ...part.functionCall, id: identify(part.functionCall.id) } };

const identified = (candidate: Candidate, identify: Identify): Candidate => ({
  ...candidate,
  content: { ...candidate.content, parts: (candidate.content?.parts ?? []).map((part) => identifiedPart(part, identify)) },
});

const holdsCalls = (frame: Frame): boolean =>
  (frame.candidates ?? []).some((candidate) => candidate.content?.parts?.some((part) => part.functionCall !== undefined) === true);

/**
 * Makes every function call whole and gives it an id before a dialect sees it: pieces of one call are put together,
 * and a call that Gemini left without an id, or with one that the answer holds already, gets one of ours.
 */
export async function* wholeCalls(frames: AsyncIterable<Frame>, newId: () => string): AsyncGenerator<Frame, void, undefined> {
  const pending = new Map<number, Pending>();
  const identify = identifier(newId);
  for await (const frame of frames) {
    if (pending.size === 0 && !holdsCalls(frame)) {
      yield frame;
      continue;
    }
    const candidates = (frame.candidates ?? []).map((candidate) => {
      const index = candidate.index ?? 0;
      const read = readCandidate(candidate, pending.get(index));
      if (read.pending === undefined) pending.delete(index);
      else pending.set(index, read.pending);
      return identified(read.candidate, identify);
    });
    yield { ...frame, candidates };
  }
  if (pending.size === 0) return;
  const candidates = [...pending].map(([index, call]) => identified({ index, content: { parts: [finished(call)] } }, identify));
  yield { candidates };
}
