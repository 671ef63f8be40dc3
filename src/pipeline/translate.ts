import { breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { runApart } from '../kernel/steps.ts';
import { beginningOf } from '../kernel/unread-text.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, Plan, TranslationContext } from '../ports/dialect.ts';
import { isLarge, type Gathered, type Planned } from './exchange.ts';

const mostText = 500;

/** What stays the same over a conversation's requests: how its system instruction and its first turn begin. */
const conversationOf = (call: GeminiCall): string =>
  [call.body.systemInstruction?.parts, call.body.contents[0]?.parts]
    .flatMap((parts) => parts ?? [])
    .map((part) => beginningOf(part.text ?? part.inlineData?.data ?? '', mostText))
    .join('\n');

/** The key of the newest remembered signature, of a call or else of a picture: another key may not accept it. */
const signedBy = ({ recalled, media }: TranslationContext): string | null =>
  [...recalled.values()].at(-1)?.keyId ??
  [...media.values()].findLast(({ signature }) => signature !== null)?.signature?.keyId ??
  null;

/** Named one by one: to leave fields out of a copy costs 5 µs. */
const withPlan = (gathered: Gathered<unknown>, context: TranslationContext, plan: Plan): Planned => ({
  requestId: gathered.requestId,
  method: gathered.method,
  path: gathered.path,
  caller: gathered.caller,
  readBody: gathered.readBody,
  readPieces: gathered.readPieces,
  streamBody: gathered.streamBody,
  held: gathered.held,
  contentType: gathered.contentType,
  origin: gathered.origin,
  imageReplyFormat: gathered.imageReplyFormat,
  signal: gathered.signal,
  note: gathered.note,
  onEnd: gathered.onEnd,
  authorized: true,
  permit: gathered.permit,
  plan,
  isLarge: isLarge(gathered),
  preferredKey: signedBy(context),
  conversation: conversationOf(plan.call),
});

const nothingRecalled: TranslationContext['recalled'] = new Map();

/** What is remembered of the request's signatures; to look through a large request is work in a go of its own. */
const recallFor = <Request>(
  { recallSignatures }: Pick<Capabilities, 'recallSignatures'>,
  { callIds, inSteps }: Pick<Dialect<Request>, 'callIds' | 'inSteps'>,
  gathered: Gathered<Request>,
): TE.TaskEither<never, TranslationContext['recalled']> => {
  const recall = (ids: readonly string[]) => (ids.length === 0 ? nothingRecalled : recallSignatures(ids));
  if (!isLarge(gathered)) return TE.fromTask(() => recall(callIds(gathered.asked)));
  return TE.fromTask(async () => {
    await breathe();
    const ids = inSteps === undefined ? callIds(gathered.asked) : await runApart(inSteps.callIds(gathered.asked));
    const recalled = await recall(ids);
    await breathe();
    return recalled;
  });
};

const planFor = <Request>(
  { translate: plan, inSteps }: Pick<Dialect<Request>, 'translate' | 'inSteps'>,
  gathered: Gathered<Request>,
  context: TranslationContext,
): TE.Outcome<ProxyError, Plan> =>
  isLarge(gathered) && inSteps !== undefined
    ? runApart(inSteps.plan(gathered.asked, context))
    : plan(gathered.asked, context);

/** Makes the plan of the answer from the decoded request, with the thought signatures that are remembered for it. */
export const translate =
  <Request>(
    { newId, now, ...memory }: Pick<Capabilities, 'recallSignatures' | 'newId' | 'now'>,
    dialect: Pick<Dialect<Request>, 'callIds' | 'translate' | 'inSteps'>,
  ): Stage<Gathered<Request>, Planned> =>
  (gathered) =>
    pipe(
      recallFor(memory, dialect, gathered),
      TE.flatMap((recalled) => {
        const { requestId, media, imageReplyFormat, originator = null, note } = gathered;
        const created = Math.floor(now() / 1000);
        const said = { requestId, imageReplyFormat, originator };
        const context: TranslationContext = { ...said, id: newId(), created, now, recalled, media };
        return pipe(
          () => planFor(dialect, gathered, context),
          TE.flatMapEither((plan): E.Either<ProxyError, Planned> => {
            const { holds = 0, dropped = 0, call, streamed } = plan;
            const refusal = holds > 0 ? gathered.held.answer.take(holds) : null;
            if (refusal !== null) return E.left(refusal);
            note({ model: call.model, streamed });
            if (dropped > 0) note({ dropped });
            return E.right(withPlan(gathered, context, plan));
          }),
        );
      }),
    );
