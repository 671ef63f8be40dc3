import { atOnce, breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { runApart } from '../kernel/steps.ts';
import { beginningOf } from '../kernel/unread-text.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, Plan, TranslationContext } from '../ports/dialect.ts';
import type { SignedImage } from '../ports/images.ts';
import { costs } from '../ports/memory.ts';
import { isLarge, type Gathered, type Planned } from './exchange.ts';

const mostText = 500;

/** What stays the same over a conversation's requests: how its system instruction and its first turn begin. */
const conversationOf = ({ body }: GeminiCall): string => {
  let begun = '';
  for (const turn of [body.systemInstruction, body.contents[0]]) {
    for (const { text, inlineData } of turn?.parts ?? [])
      begun += `${beginningOf(text ?? inlineData?.data ?? '', mostText)}\n`;
  }
  return begun;
};

const isSigned = ({ signature }: SignedImage): boolean => signature !== null;

/** The key of the newest remembered signature, of a call or else of a picture: another key may not accept it. */
const signedBy = ({ recalled, media }: TranslationContext): string | null => {
  if (recalled.size === 0 && media.size === 0) return null;
  const [newest, picture] = [[...recalled.values()].at(-1), [...media.values()].findLast(isSigned)];
  return newest?.keyId ?? picture?.signature?.keyId ?? null;
};

/** Named one by one, as everywhere on a request's way: a copy with more fields costs a microsecond, to leave some out five. */
const withPlan = (gathered: Gathered<unknown>, context: TranslationContext, plan: Plan): Planned => ({
  caller: gathered.caller,
  held: gathered.held,
  mostSent: gathered.mostSent,
  origin: gathered.origin,
  signal: gathered.signal,
  note: gathered.note,
  permit: gathered.permit,
  plan,
  isLarge: isLarge(gathered),
  bodyBytes: gathered.bodyBytes ?? 0,
  preferredKey: signedBy(context),
  conversation: () => conversationOf(plan.call),
});

const noMedia: TranslationContext['media'] = new Map();

type Recalled = TranslationContext['recalled'];

/** What is remembered of a request's signatures, and their characters, each as often as the request names it. */
type Recall = { readonly recalled: Recalled; readonly characters: number };

const nothingRecalled: Recall = { recalled: new Map(), characters: 0 };

const countCharacters = (ids: readonly string[], recalled: Recalled): number =>
  recalled.size === 0 ? 0 : ids.reduce((sum, id) => sum + (recalled.get(id)?.value.length ?? 0), 0);

/** Recalls signatures; to look through a large request is work in a go of its own. */
const recallFor = <Request>(
  { recallSignatures, holdsAnswers }: Pick<Capabilities, 'recallSignatures' | 'holdsAnswers'>,
  { callIds, inSteps }: Pick<Dialect<Request>, 'callIds' | 'inSteps'>,
  gathered: Gathered<Request>,
): TE.TaskEither<never, Recall> => {
  const recall = (ids: readonly string[]): Recall | Promise<Recall> => {
    const found = recallSignatures(ids);
    const counted = (recalled: Recalled): Recall => ({ recalled, characters: countCharacters(ids, recalled) });
    return found instanceof Promise ? found.then(counted) : counted(found);
  };
  const wish = holdsAnswers() ? 'calls and answers' : 'calls';
  if (!isLarge(gathered)) {
    return TE.fromTask(() => {
      const ids = callIds(gathered.asked, wish);
      return ids.length === 0 ? nothingRecalled : recall(ids);
    });
  }
  return TE.fromTask(async () => {
    await breathe();
    const ids = await (inSteps === undefined
      ? callIds(gathered.asked, wish)
      : runApart(inSteps.callIds(gathered.asked, wish)));
    const recalled = await recall(ids);
    await breathe();
    return recalled;
  });
};

/** A request costs what it would if it had brought what is remembered for it, and is as large. */
const withRecalled = <Request>(
  gathered: Gathered<Request>,
  { recalled, characters }: Recall,
): E.Either<ProxyError, readonly [Gathered<Request>, Recalled]> => {
  if (characters < atOnce) return E.right([gathered, recalled]);
  const refusal = gathered.held.request.take(characters * costs.json);
  return refusal === null ? E.right([{ ...gathered, isLargeBody: true }, recalled]) : E.left(refusal);
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
    { newId, now, ...memory }: Pick<Capabilities, 'recallSignatures' | 'holdsAnswers' | 'newId' | 'now'>,
    dialect: Pick<Dialect<Request>, 'callIds' | 'translate' | 'inSteps'>,
  ): Stage<Gathered<Request>, Planned> =>
  (gathered) =>
    pipe(
      recallFor(memory, dialect, gathered),
      TE.flatMapEither((recall) => withRecalled(gathered, recall)),
      TE.flatMap(([known, recalled]) => {
        const { requestId, media = noMedia, imageReplyFormat, originator = null, note } = known;
        const created = Math.floor(now() / 1000);
        const context: TranslationContext = {
          requestId,
          imageReplyFormat,
          originator,
          id: newId(),
          created,
          now,
          recalled,
          media,
        };
        return pipe(
          () => planFor(dialect, known, context),
          TE.flatMapEither((plan): E.Either<ProxyError, Planned> => {
            const { holds = 0, dropped = 0, call, streamed } = plan;
            const refusal = holds > 0 ? known.held.answer.take(holds) : null;
            if (refusal !== null) return E.left(refusal);
            note({ model: call.model, streamed });
            if (dropped > 0) note({ dropped });
            return E.right(withPlan(known, context, plan));
          }),
        );
      }),
    );
