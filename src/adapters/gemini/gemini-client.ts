import { E } from '../../kernel/fp.ts';
import { sizeOf } from '../../kernel/pieced-bytes.ts';
import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { perText } from '../../kernel/remember.ts';
import { failureOf } from '../../gemini/error-from-answer.ts';
import { googleErrorOf } from '../../gemini/google-error.ts';
import type { AskGemini, FrameStream, GeminiQuestion, OpenGemini, UpstreamCall } from '../../ports/capabilities.ts';
import { jsonBody } from './answer-body.ts';
import { answerMeter, countCame, type AnswerMeter } from './answer-meter.ts';
import { brokenOff, connectionError } from './connection-error.ts';
import type { Answer } from './dispatch-call.ts';
import { framesAtOnce } from './frames-at-once.ts';
import { geminiFrames } from './gemini-frames.ts';
import { geminiModelList, type GeminiModelList } from './gemini-model-list.ts';
import {
  geminiRequests,
  answerError,
  type GeminiRequests,
  type GeminiRequestSettings,
} from './gemini-requests.ts';
import { watchdogs, type Watchdog } from '../watchdog.ts';
import { withoutSecret } from './without-secret.ts';

/** Where Gemini is, and how long it may be silent. */
export type GeminiClientSettings = GeminiRequestSettings & {
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Whether a write more costs nobody else anything; it does unless told. */
  readonly isQuiet?: () => boolean;
  /** An hour unless told. */
  readonly longestAnswerMs?: number;
};

/** Everything that is asked of Gemini's host. */
export type GeminiClient = GeminiModelList & {
  readonly openGemini: OpenGemini;
  readonly askGemini: AskGemini;
  readonly close: () => Promise<void>;
};

const ownFolder = /^(tunedModels|dynamic)\/(.+)$/s;

/** `tunedModels/x` and `dynamic/x` have their own folders; every other id lies under `models/`, odd ones included. */
const placeOf = perText((model: string): string => {
  const [, folder = 'models', id = model] = ownFolder.exec(model) ?? [];
  return `${folder}/${encodeURIComponent(Buffer.from(id).toString('utf8'))}`;
});

const streamPathOf = perText((model: string): string => `${placeOf(model)}:streamGenerateContent?alt=sse`);
const wholePathOf = perText((model: string): string => `${placeOf(model)}:generateContent`);

type Asked = Pick<UpstreamCall, 'model' | 'secret'>;

const failureBy =
  ({ secret }: Asked, dog: Watchdog) =>
  (cause: unknown) =>
    thrown(withoutSecret(secret)(brokenOff(connectionError(cause, dog))));

type Called = { readonly call: UpstreamCall; readonly dog: Watchdog };

const readFrames = ({ body }: Answer, { call, dog }: Called, meter: AnswerMeter | null): FrameStream =>
  geminiFrames(body.pieces({ meter, watch: dog }), call.model, {
    meter,
    failed: failureBy(call, dog),
    over: () => {
      dog.stop();
      body.destroy();
    },
  });

type Asking = Pick<GeminiRequests, 'ask' | 'request'> &
  Required<Pick<GeminiClientSettings, 'isQuiet'>> & { readonly watch: ReturnType<typeof watchdogs> };

type Opened = E.Either<ProxyError, FrameStream>;

const notOpened = (cause: unknown, dog: Watchdog): Opened => {
  dog.stop();
  return E.left(connectionError(cause, dog));
};

/** Once the answer has begun, it was there. */
const notRead = (cause: unknown, dog: Watchdog): Opened => E.mapLeft(brokenOff)(notOpened(cause, dog));

const readRefusal = async (answer: Answer, { call, dog }: Called): Promise<Opened> => {
  try {
    const error = await answerError(answer, call.model, call.secret);
    dog.stop();
    return E.left(error);
  } catch (cause) {
    return notRead(cause, dog);
  }
};

/** All of a body where that is there, and what counts it: what was counted as it came is not counted again. */
type There = {
  readonly all: readonly Buffer[] | null;
  readonly meter: AnswerMeter | null;
  /** Whether a text may go out before all is read. */
  readonly mayBegin: boolean;
};

/** Frames as they come, or those of a body all of which is there. */
const readBody = (answer: Answer, { call, dog }: Called, { all, meter, mayBegin }: There): Opened => {
  try {
    if (all === null) return E.right(readFrames(answer, { call, dog }, meter));
    dog.stop();
    countCame(meter, sizeOf(all));
    return E.right(framesAtOnce(all, call.model, { failed: failureBy(call, dog), mayBegin }));
  } catch (cause) {
    return notOpened(cause, dog);
  }
};

/** All of an answer, read in the tick in which it ends. */
const collectAnswer = (answer: Answer, called: Called, done: (opened: Opened) => void): void => {
  const { call, dog } = called;
  const meter = answerMeter(call.holding);
  answer.body.collect({
    came: (bytes) => {
      dog.passed();
      countCame(meter, bytes);
    },
    ended: (all) => done(readBody(answer, called, { all, meter: null, mayBegin: false })),
    failed: (cause) => done(notOpened(cause, dog)),
  });
};

/** In the next microtask: what came with the head is there then. */
const soon = Promise.resolve();

const readAnswer = (
  answer: Answer,
  called: Called & Pick<Asking, 'isQuiet'>,
  done: (opened: Opened | Promise<Opened>) => void,
): void => {
  if (answer.statusCode !== 200) done(readRefusal(answer, called));
  else if (called.call.isCollected === true) collectAnswer(answer, called, done);
  else
    done(
      soon.then(() => {
        const meter = answerMeter(called.call.holding);
        return readBody(answer, called, { all: answer.body.there(), meter, mayBegin: called.isQuiet() });
      }),
    );
};

/** The watch ends with the frames where there are any, else at once. */
const openGemini =
  ({ ask, watch, isQuiet }: Asking): OpenGemini =>
  (call) =>
  () =>
    new Promise((resolve) => {
      const { model, streamed, body, secret } = call;
      const dog = watch(call.signal);
      const path = streamed ? streamPathOf(model) : wholePathOf(model);
      let isAnswered = false;
      const answered = (answer: Answer): void => {
        isAnswered = true;
        readAnswer(answer, { call, dog, isQuiet }, resolve);
      };
      const failed = (cause: unknown): void => {
        if (!isAnswered) resolve(notOpened(cause, dog));
      };
      try {
        ask({ path, secret, body, dog }, { resolve: answered, reject: failed });
      } catch (cause) {
        failed(cause);
      }
    });

/** The one JSON value of an answer, which may be an error of Google's whatever its status is. */
const readValue = async (
  answer: Answer,
  { model, secret, memory }: Pick<GeminiQuestion, 'model' | 'secret' | 'memory'>,
): Promise<E.Either<ProxyError, unknown>> => {
  if (answer.statusCode !== 200) return E.left(await answerError(answer, model, secret));
  const value = await jsonBody(answer.body.pieces(), 'an answer', memory);
  const error = googleErrorOf(value);
  return error === null ? E.right(value) : E.left(withoutSecret(secret)(failureOf(error, null, model)));
};

const askGemini =
  ({ request, watch }: Asking): AskGemini =>
  ({ model, method, body, secret, memory, signal }) =>
  async () => {
    const dog = watch(signal);
    let isBegun = false;
    try {
      const answer = await request({ path: `${placeOf(model)}:${method}`, secret, body, dog });
      isBegun = true;
      return await readValue(answer, { model, secret, memory });
    } catch (cause) {
      const error = connectionError(cause, dog);
      return E.left(isBegun ? brokenOff(error) : error);
    } finally {
      dog.stop();
    }
  };

const never = (): boolean => false;

/** Calls to Gemini. */
export const geminiClient = (settings: GeminiClientSettings): GeminiClient => {
  const requests = geminiRequests(settings);
  const { firstByteTimeoutMs: firstByteMs, idleTimeoutMs: idleMs, longestAnswerMs } = settings;
  const longest = longestAnswerMs === undefined ? {} : { longestMs: longestAnswerMs };
  const { isQuiet = never } = settings;
  const asking: Asking = { ...requests, isQuiet, watch: watchdogs({ firstByteMs, idleMs, ...longest }) };
  return {
    openGemini: openGemini(asking),
    askGemini: askGemini(asking),
    ...geminiModelList(requests),
    close: requests.close,
  };
};
