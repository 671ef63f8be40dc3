import { partialArgs, type PartialArgs } from './partial-args.ts';
import { withCandidates } from './plain-text.ts';
import type { Candidate, Frame, FunctionCall, ResponsePart } from './response.ts';

/** A call whose arguments come in pieces. */
type Pending = { readonly part: ResponsePart; readonly call: FunctionCall; readonly args: PartialArgs };

const finishCall = ({ part, call: { id, name }, args }: Pending): ResponsePart => ({
  ...part,
  functionCall: { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }), args: args.whole() },
});

type Reading = { readonly parts: readonly ResponsePart[]; readonly pending: Pending | undefined };

const startCall = (part: ResponsePart, call: FunctionCall): Pending => {
  const args = partialArgs(call.args ?? {});
  args.add(call.partialArgs ?? []);
  return { part, call, args };
};

const readPart = (pending: Pending | undefined, part: ResponsePart): Reading => {
  const call = part.functionCall;
  if (call === undefined) return { parts: [part], pending };
  const flushed = pending === undefined ? [] : [finishCall(pending)];
  const inPieces = call.willContinue === true || call.partialArgs !== undefined;
  if (call.name !== undefined) {
    if (!inPieces) return { parts: [...flushed, part], pending: undefined };
    const begun = startCall(part, call);
    return call.willContinue === true
      ? { parts: flushed, pending: begun }
      : { parts: [...flushed, finishCall(begun)], pending: undefined };
  }
  if (pending === undefined) return { parts: [], pending };
  pending.args.add(call.partialArgs ?? []);
  return call.willContinue === true ? { parts: [], pending } : { parts: [finishCall(pending)], pending: undefined };
};

const readCandidate = (
  candidate: Candidate,
  before: Pending | undefined,
): { readonly candidate: Candidate; readonly pending: Pending | undefined } => {
  let pending = before;
  const parts: ResponsePart[] = [];
  for (const part of candidate.content?.parts ?? []) {
    const read = readPart(pending, part);
    parts.push(...read.parts);
    pending = read.pending;
  }
  if (candidate.finishReason !== undefined && pending !== undefined) {
    parts.push(finishCall(pending));
    pending = undefined;
  }
  return { candidate: { ...candidate, content: { ...candidate.content, parts } }, pending };
};

/** Gives ids: Gemini's own where there is one, unused so far in the answer. */
type Identify = (given: string | undefined) => string;

const callIdentifier = (newId: () => string): Identify => {
  const used = new Set<string>();
  return (given) => {
    const id = given === undefined || given === '' || used.has(given) ? `call_${newId()}` : given;
    used.add(id);
    return id;
  };
};

const identifiedPart = (part: ResponsePart, identify: Identify): ResponsePart =>
  part.functionCall?.name === undefined
    ? part
    : { ...part, functionCall: { ...part.functionCall, id: identify(part.functionCall.id) } };

const identifyCalls = (candidate: Candidate, identify: Identify): Candidate => ({
  ...candidate,
  content: {
    ...candidate.content,
    parts: (candidate.content?.parts ?? []).map((part) => identifiedPart(part, identify)),
  },
});

const isCall = ({ functionCall }: ResponsePart): boolean => functionCall !== undefined;

/** Whether a frame holds calls of functions, or pieces of them. */
export const holdsCalls = ({ candidates }: Frame): boolean =>
  candidates?.some(({ content }) => content?.parts?.some(isCall) === true) === true;

/** Reads the calls of one answer as its frames come. */
export type CallReader = {
  readonly read: (frames: readonly Frame[]) => readonly Frame[];
  /** Calls that were never finished, as a last frame. */
  readonly end: () => readonly Frame[];
};

const wholeCalls = (newId: () => string): CallReader => {
  const pending = new Map<number, Pending>();
  const identify = callIdentifier(newId);
  const readFrame = (frame: Frame): Frame => {
    if (pending.size === 0 && !holdsCalls(frame)) return frame;
    const candidates = (frame.candidates ?? []).map((candidate) => {
      const index = candidate.index ?? 0;
      const read = readCandidate(candidate, pending.get(index));
      if (read.pending === undefined) pending.delete(index);
      else pending.set(index, read.pending);
      return identifyCalls(read.candidate, identify);
    });
    return withCandidates(frame, candidates);
  };
  return {
    read: (frames) => (pending.size === 0 && !frames.some(holdsCalls) ? frames : frames.map(readFrame)),
    end: () => {
      if (pending.size === 0) return [];
      const candidates = [...pending].map(([index, call]) =>
        identifyCalls({ index, content: { parts: [finishCall(call)] } }, identify),
      );
      return [{ candidates }];
    },
  };
};

/**
 * Makes every function call whole and gives it an id before a dialect sees it: pieces of one call are put together,
 * and a call that Gemini left without an id, or with one that the answer holds already, gets one of ours. What that
 * needs is made for the first call: most answers have none.
 */
export const callReader = (newId: () => string): CallReader => {
  let calls: CallReader | null = null;
  return {
    read: (frames) => {
      if (calls === null && !frames.some(holdsCalls)) return frames;
      calls ??= wholeCalls(newId);
      return calls.read(frames);
    },
    end: () => calls?.end() ?? [],
  };
};
