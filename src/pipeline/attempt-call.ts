import { E, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { bodyEncoder, type CallBody } from '../gemini/call-body.ts';
import { namedThings } from '../gemini/named-things.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Judging } from '../gemini/verdict.ts';
import type { Capabilities, Lease, UpstreamCall } from '../ports/capabilities.ts';
import { portionOf, type Memory } from '../ports/memory.ts';
import type { AnswerCall } from './follow-continuations.ts';
import { bytesOf, type Effort } from './effort.ts';
import type { Frames, Planned } from './exchange.ts';
import { readHead, type ReadingHead, type Trial } from './read-head.ts';
import { tryKeys, type Trying } from './try-keys.ts';
import { withinBounds } from './within-bounds.ts';

/** What an answer needs from the world. */
export type Attempting = Trying & ReadingHead & Pick<Capabilities, 'homeOfThings' | 'openGemini'>;

/** How an answer is read: whether frames go out as they come, how it is judged, and what may be spent on it. */
export type Reading = Judging & { readonly shown: boolean; readonly effort: Effort };

/**
 * What a try holds of its answer; where that came to nothing it is free for the next one. Made apart from the call,
 * which lives on in what is made beside it.
 */
const holdingOf = (held: Memory, shown: boolean) => {
  const state = { isHead: true };
  return {
    holding: { memory: portionOf(held), isCollected: () => !shown || state.isHead },
    begun: () => {
      state.isHead = false;
    },
  };
};

type Asking = Omit<UpstreamCall, 'secret' | 'holding' | 'isCollected'>;

type Head = E.Either<ProxyError, Frames>;

/** What is asked with each key, and how its answer is read. */
type Try = Pick<Trial, 'judging' | 'shown' | 'address'> & { readonly asking: Asking; readonly held: Memory };

const askWith = (
  capabilities: Attempting,
  { asking, judging, shown, held, address }: Try,
  { lease, settle }: { readonly lease: Lease; readonly settle: (head: Head) => TE.Outcome<ProxyError, Frames> },
): TE.Outcome<ProxyError, Frames> => {
  const { holding, begun } = holdingOf(held, shown);
  const { model, streamed, body, signal } = asking;
  const call = { model, streamed, isCollected: !shown, body, secret: lease.secret, holding, signal };
  const trial = { judging, shown, lease, model, address };
  const end = (head: Head): TE.Outcome<ProxyError, Frames> => {
    if (E.isLeft(head)) holding.memory.letGo();
    else begun();
    return settle(head);
  };
  const read = (opened: Head): TE.Outcome<ProxyError, Frames> => {
    const head = E.isLeft(opened) ? opened : readHead(capabilities, trial, opened.right);
    return head instanceof Promise ? head.then(end) : end(head);
  };
  const opening = capabilities.openGemini(call)();
  return opening instanceof Promise ? opening.then(read) : read(opening);
};

/** One call with one key, read until there is something to show (`shown`), or to its end for a whole answer. */
export const attemptCall = (
  capabilities: Attempting,
  planned: Planned,
  { shown, refusesBlocks, mustBeWhole, effort }: Reading,
): AnswerCall => {
  const encode = bodyEncoder(planned.mostSent);
  const bounds = { mostSent: planned.mostSent, bodyBytes: planned.bodyBytes };
  const owner = capabilities.homeOfThings(() => namedThings(planned.plan.call.body));
  const { signal, note, preferredKey, conversation, held, isLarge: inPieces, caller: { address } } = planned;
  const ask = (
    call: GeminiCall,
    begunBy: string | undefined,
    written: CallBody | null,
  ): TE.Outcome<ProxyError, Frames> => {
    const sendable = withinBounds(written, call, bounds);
    if (E.isLeft(sendable)) return sendable;
    if (E.isLeft(owner)) return owner;
    const body = sendable.right;
    const preferred = begunBy ?? preferredKey;
    const { model, streamed } = call;
    const isOneOfAll = call.copies > 1 && call.someCopies === undefined;
    const judging = { refusesBlocks: refusesBlocks && begunBy === undefined && !isOneOfAll, mustBeWhole };
    const home = owner.right;
    const need = { model, size: bytesOf(body), effort, preferred, conversation, home, signal, note };
    const one: Try = { asking: { model, streamed, body, signal }, judging, shown, held: held.answer, address };
    return tryKeys(capabilities, need)((lease, settle) => askWith(capabilities, one, { lease, settle }));
  };
  return (call, begunBy) => () =>
    inPieces
      ? encode.large(call.body).then((written) => ask(call, begunBy, written))
      : ask(call, begunBy, encode.small(call.body));
};
