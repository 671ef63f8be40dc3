import { atOnce, breathe } from '../kernel/breathe.ts';
import { E, type TE } from '../kernel/fp.ts';
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

const recall = (
  recallSignatures: Capabilities['recallSignatures'],
  ids: readonly string[],
): Recall | Promise<Recall> => {
  if (ids.length === 0) return nothingRecalled;
  const found = recallSignatures(ids);
  const counted = (recalled: Recalled): Recall => ({ recalled, characters: countCharacters(ids, recalled) });
  return found instanceof Promise ? found.then(counted) : counted(found);
};

/** Recalls signatures; to look through a large request is work in a go of its own. */
const recallFor = <Request>(
  { recallSignatures, holdsAnswers }: Pick<Capabilities, 'recallSignatures' | 'holdsAnswers'>,
  { callIds, inSteps }: Pick<Dialect<Request>, 'callIds' | 'inSteps'>,
  gathered: Gathered<Request>,
): Recall | Promise<Recall> => {
  const wish = holdsAnswers() ? 'calls and answers' : 'calls';
  if (!isLarge(gathered)) return recall(recallSignatures, callIds(gathered.asked, wish));
  return (async () => {
    await breathe();
    const ids = await (inSteps === undefined
      ? callIds(gathered.asked, wish)
      : runApart(inSteps.callIds(gathered.asked, wish)));
    const recalled = await recall(recallSignatures, ids);
    await breathe();
    return recalled;
  })();
};

/** A request with what is remembered for it. */
type Known<Request> = { readonly gathered: Gathered<Request>; readonly recalled: Recalled };

/** A request costs what it would if it had brought what is remembered for it, and is as large. */
const withRecalled = <Request>(
  gathered: Gathered<Request>,
  { recalled, characters }: Recall,
): E.Either<ProxyError, Known<Request>> => {
  if (characters < atOnce) return E.right({ gathered, recalled });
  const refusal = gathered.held.request.take(characters * costs.json);
  return refusal === null ? E.right({ gathered: { ...gathered, isLargeBody: true }, recalled }) : E.left(refusal);
};

const contextOf = <Request>(
  { newId, now }: Pick<Capabilities, 'newId' | 'now'>,
  { gathered, recalled }: Known<Request>,
): TranslationContext => ({
  requestId: gathered.requestId,
  imageReplyFormat: gathered.imageReplyFormat,
  originator: gathered.originator ?? null,
  id: newId(),
  created: Math.floor(now() / 1000),
  now,
  recalled,
  media: gathered.media ?? noMedia,
});

/** Takes a plan for the request's: what it holds is reserved, and what it tells noted. */
const takePlan = (
  gathered: Gathered<unknown>,
  context: TranslationContext,
  plan: Plan,
): E.Either<ProxyError, Planned> => {
  const { holds = 0, dropped = 0, call, streamed } = plan;
  const refusal = holds > 0 ? gathered.held.answer.take(holds) : null;
  if (refusal !== null) return E.left(refusal);
  gathered.note({ model: call.model, streamed });
  if (dropped > 0) gathered.note({ dropped });
  return E.right(withPlan(gathered, context, plan));
};

/**
 * Makes the plan of the answer from the decoded request, with the thought signatures that are remembered for it. Plain
 * calls where nothing is waited for, as for nearly all requests.
 */
export const translate =
  <Request>(
    capabilities: Pick<Capabilities, 'recallSignatures' | 'holdsAnswers' | 'newId' | 'now'>,
    dialect: Pick<Dialect<Request>, 'callIds' | 'translate' | 'inSteps'>,
  ): Stage<Gathered<Request>, Planned> =>
  (given) =>
  () => {
    const planWith = (found: Recall): TE.Outcome<ProxyError, Planned> => {
      const known = withRecalled(given, found);
      if (E.isLeft(known)) return known;
      const { gathered } = known.right;
      const { asked } = gathered;
      const context = contextOf(capabilities, known.right);
      const take = E.flatMap((plan: Plan) => takePlan(gathered, context, plan));
      return isLarge(gathered) && dialect.inSteps !== undefined
        ? runApart(dialect.inSteps.plan(asked, context)).then(take)
        : take(dialect.translate(asked, context));
    };
    const recalled = recallFor(capabilities, dialect, given);
    return recalled instanceof Promise ? recalled.then(planWith) : planWith(recalled);
  };
