import { atOnce, breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { jsonPiecesWithin } from '../kernel/json-pieces.ts';
import { jsonText } from '../kernel/well-formed.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Stage } from '../kernel/stage.ts';
import type { CallBody } from '../gemini/call-body.ts';
import type { Capabilities, Lease } from '../ports/capabilities.ts';
import type { MediaLink, QuestionDialect, Questions } from '../ports/dialect.ts';
import type { SignedImage } from '../ports/images.ts';
import type { Reply, Whole } from '../ports/reply.ts';
import { admit } from './admit.ts';
import { authorize } from './authorize.ts';
import { countCalls } from './count-calls.ts';
import { decodeBody } from './decode-body.ts';
import { bytesOf, type Effort } from './effort.ts';
import { isLarge, type Gathered, type Received } from './exchange.ts';
import { gatherMedia, type GatheringNeeds } from './gather-media.ts';
import { withLimits } from './limit-headers.ts';
import { letThrough } from './let-through.ts';
import { lookUp } from './look-up.ts';
import { suggestModel } from './suggest-model.ts';
import { lookForThings } from './look-for-things.ts';
import { tryKeys, type Trying } from './try-keys.ts';
import { withinBounds } from './within-bounds.ts';

type Asking = Trying & Pick<Capabilities, 'askGemini' | 'enterModel' | 'findThings' | 'homeOfThings'>;

type Question = { readonly body: unknown; readonly at: number; readonly effort: Effort };

const asItIs = (): undefined => undefined;

/** What is asked is as large as what came, or what was read for it. */
const isMuch = (asked: Gathered<unknown>): boolean => isLarge(asked) || (asked.bodyBytes ?? 0) > atOnce;

/** A question as JSON, in pieces where there is much of it. */
const writeQuestion = async (
  body: unknown,
  asked: Gathered<unknown>,
): Promise<E.Either<ProxyError, CallBody>> => {
  const { mostSent, bodyBytes = 0 } = asked;
  const written = isMuch(asked) ? await jsonPiecesWithin(mostSent, body, asItIs) : jsonText(body);
  return withinBounds<CallBody>(written, { copies: 1 }, { mostSent, bodyBytes });
};

const nothing = (): readonly string[] => [];

/** Asked at once. */
const mostAtOnce = 4;

const askOnce = (
  capabilities: Asking,
  asked: Gathered<unknown>,
  questions: Questions,
): TE.TaskEither<ProxyError, Whole> => {
  const { model, method, bodies, things = nothing } = questions;
  const owner = capabilities.homeOfThings(things);
  if (E.isLeft(owner)) return TE.left(owner.left);
  const home = owner.right;
  const answers = questions.answers();
  const isOneOfMany = bodies.length > 1;
  const ask = ({ body: question, at, effort }: Question, signal: Signal): TE.TaskEither<ProxyError, void> =>
    pipe(
      () => writeQuestion(question, asked),
      TE.flatMap((body) => {
        const wish = { model, size: bytesOf(body), preferred: null, conversation: null, home };
        const askWith = ({ secret }: Lease): TE.TaskEither<ProxyError, void> =>
          pipe(
            capabilities.askGemini({ model, method, body, secret, memory: asked.held.answer, signal }),
            TE.flatMap((value) => (isOneOfMany ? TE.fromTask(() => breathe().then(() => value)) : TE.right(value))),
            TE.flatMapEither((value) => answers.read(value, at)),
          );
        return () =>
          tryKeys(capabilities, { ...wish, effort, signal, note: asked.note })<void>((lease, settle) =>
            pipe(askWith(lease), TE.whenDone(settle))(),
          );
      }),
    );
  const asking = letThrough(capabilities, asked, model)((effort) => {
    const askOne = (body: unknown, at: number, signal: Signal) => ask({ body, at, effort }, signal)();
    return () => inParallel<unknown, void>(mostAtOnce, asked.signal, askOne)(bodies);
  });
  return pipe(asking, TE.flatMap(() => TE.fromTask(answers.end)));
};

/** Asks, and once more with the key that has what the first one lacked. */
const askQuestions = (
  capabilities: Asking,
  asked: Gathered<unknown>,
  questions: Questions,
): TE.TaskEither<ProxyError, Whole> => {
  const findLacking = lookForThings(capabilities, asked, questions.things ?? nothing);
  return pipe(
    askOnce(capabilities, asked, questions),
    TE.orElse((error) => pipe(findLacking(error), TE.flatMap(() => askOnce(capabilities, asked, questions)))),
  );
};

type Serving = Asking & GatheringNeeds & Pick<Capabilities, 'checkCaller' | 'takePermit' | 'listModels'>;

/** The questions of a request, counted against the limits, asked and answered. */
const answerRequest =
  <Request>(capabilities: Serving, { translate, replies, job = 'embedding' }: QuestionDialect<Request>) =>
  (asked: Gathered<Request>): TE.TaskEither<ProxyError, Reply> => {
    const answer = (questions: Questions) => (counted: Gathered<Request>) =>
      pipe(
        askQuestions(capabilities, counted, questions),
        TE.map((whole) => withLimits(replies, counted.permit, whole)),
      );
    return pipe(
      translate(asked.asked, { media: asked.media ?? noMedia, isLarge: isMuch(asked) }),
      TE.tapIO(({ model }) => () => asked.note({ model, streamed: false })),
      TE.flatMap((questions) =>
        pipe(countCalls(capabilities)(asked, questions.bodies.length), TE.flatMap(answer(questions))),
      ),
      suggestModel(capabilities, job),
    );
  };

const noMedia: ReadonlyMap<string, SignedImage> = new Map();

const noLinks = (): readonly MediaLink[] => [];

/**
 * Endpoints that ask Gemini one or several questions, each with one JSON answer: embeddings, counts of tokens. Each
 * question tries keys of its own; when one fails for good, all do.
 */
export const serveQuestions =
  <Request>(capabilities: Serving, dialect: QuestionDialect<Request>): Stage<Received, Reply> =>
  (received) =>
    pipe(
      received,
      authorize(capabilities),
      TE.flatMap(admit(capabilities)),
      TE.flatMap(decodeBody(dialect.decode, dialect)),
      TE.flatMap(lookUp(dialect)),
      TE.flatMap(gatherMedia(capabilities, { mediaLinks: dialect.mediaLinks ?? noLinks })),
      TE.flatMap(answerRequest(capabilities, dialect)),
    );
