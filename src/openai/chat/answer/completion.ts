import type { LongText } from '../../../kernel/unread-text.ts';
import { E } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { textInPieces } from '../../../kernel/text-in-pieces.ts';
import { exactAnswer, jsonAnswer, type Whole } from '../../../ports/reply.ts';
import type {
  Annotation,
  AudioDelta,
  CallDelta,
  ChatEvent,
  ChoiceChunk,
  Delta,
  ExtraContent,
  ImageDelta,
  ReasoningDetail,
} from './chunk.ts';
import type { Logprobs, TokenLogprob } from '../../logprobs.ts';
import type { FinishReason } from './finish-reason.ts';
import { joinedDetails } from './reasoning-details.ts';
import { systemFingerprint } from './system-fingerprint.ts';

/** What the deltas of one choice add up to. */
type Collected = {
  readonly index: number;
  content: LongText[];
  refusal: string;
  reasoning: string;
  details: ReasoningDetail[];
  calls: CallDelta[];
  functionCall: Delta['function_call'];
  annotations: readonly Annotation[];
  audio: AudioDelta | undefined;
  images: ImageDelta[];
  extra: ExtraContent | undefined;
  logprobs: TokenLogprob[];
  finish: FinishReason;
  native: string | undefined;
};

const nothingCollected = (index: number): Collected => ({
  index,
  content: [],
  refusal: '',
  reasoning: '',
  details: [],
  calls: [],
  functionCall: undefined,
  annotations: [],
  audio: undefined,
  images: [],
  extra: undefined,
  logprobs: [],
  finish: 'stop',
  native: undefined,
});

const addDelta = (
  into: Collected,
  { delta, logprobs, finish_reason: finish, native_finish_reason: native }: ChoiceChunk,
): void => {
  if (delta.content !== undefined && delta.content !== '') into.content.push(delta.content);
  into.refusal += delta.refusal ?? '';
  into.reasoning += delta.reasoning_content ?? '';
  if (delta.reasoning_details !== undefined) into.details.push(...delta.reasoning_details);
  if (delta.tool_calls !== undefined) into.calls.push(...delta.tool_calls);
  into.functionCall ??= delta.function_call;
  into.annotations = delta.annotations ?? into.annotations;
  into.audio ??= delta.audio;
  if (delta.images !== undefined) into.images.push(...delta.images);
  into.extra =
    delta.extra_content === undefined
      ? into.extra
      : { google: { ...into.extra?.google, ...delta.extra_content.google } };
  if (logprobs?.content !== undefined) for (const token of logprobs.content) into.logprobs.push(token);
  into.finish = finish ?? into.finish;
  into.native = native ?? into.native;
};

const unlessEmpty = <A>(items: readonly A[]): readonly A[] | undefined => (items.length === 0 ? undefined : items);

const wholeCall = ({ index: _, id, ...call }: CallDelta): object => ({
  id,
  ...(call.custom === undefined ? {} : { type: 'custom' }),
  ...call,
});

/** What there is none of is undefined, which JSON leaves out. */
const messageOf = (of: Collected): object => {
  const called = of.calls.length > 0 || of.functionCall !== undefined;
  const silent = of.content.length === 0 && (called || of.refusal !== '' || of.audio !== undefined);
  const reasoning = of.reasoning === '' ? undefined : of.reasoning;
  const details = unlessEmpty(of.details);
  return {
    role: 'assistant',
    content: silent ? null : textInPieces(of.content),
    refusal: of.refusal === '' ? null : of.refusal,
    reasoning_content: reasoning,
    reasoning: details === undefined ? undefined : reasoning,
    reasoning_details: details === undefined ? undefined : joinedDetails(details),
    tool_calls: unlessEmpty(of.calls)?.map(wholeCall),
    function_call: of.functionCall,
    annotations: unlessEmpty(of.annotations),
    audio: of.audio,
    images: unlessEmpty(of.images),
    extra_content: of.extra,
  };
};

const choiceOf = (of: Collected): object => {
  const logprobs: Logprobs | null = of.logprobs.length === 0 ? null : { content: of.logprobs, refusal: null };
  return {
    index: of.index,
    message: messageOf(of),
    logprobs,
    finish_reason: of.finish,
    native_finish_reason: of.native,
  };
};

/** The whole `chat.completion`: what the stream of the same answer would have said, collected. */
export const completion = (events: readonly ChatEvent[]): E.Either<ProxyError, Whole> => {
  const choices = new Map<number, Collected>();
  const collectedFor = (index: number): Collected => {
    const known = choices.get(index) ?? nothingCollected(index);
    choices.set(index, known);
    return known;
  };
  // Nearly all of 100,000 frames that were collected are plain: to look at each of their fields would take 50 ms.
  for (const { chunk, isPlain } of events) {
    for (const part of chunk.choices) {
      const into = collectedFor(part.index);
      if (isPlain === true && part.delta.content !== undefined) into.content.push(part.delta.content);
      else addDelta(into, part);
    }
  }
  const collected = [...choices.values()].toSorted((one, other) => one.index - other.index);
  const last = events.at(-1)?.chunk;
  const answer = {
    id: last?.id,
    object: 'chat.completion',
    created: last?.created,
    model: last?.model,
    choices: collected.map(choiceOf),
    usage: last?.usage,
    service_tier: last?.service_tier,
    system_fingerprint: systemFingerprint,
  };
  const holdsTools = collected.some(
    ({ extra }) => extra?.google.server_tool_parts !== undefined || extra?.google.signed_parts !== undefined,
  );
  return E.right(holdsTools ? exactAnswer(answer) : jsonAnswer(answer));
};
