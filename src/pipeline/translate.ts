import { breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, Plan, TranslationContext } from '../ports/dialect.ts';
import { isLarge, type Gathered, type Planned } from './exchange.ts';

const mostText = 500;

/** What stays the same over a conversation's requests: how its system instruction and its first turn begin. */
const conversationOf = (call: GeminiCall): string =>
  [call.body.systemInstruction?.parts, call.body.contents[0]?.parts]
    .flatMap((parts) => parts ?? [])
    .map((part) => part.text?.slice(0, mostText) ?? part.inlineData?.data.slice(0, mostText) ?? '')
    .join('\n');

/** The key of the newest remembered signature, of a call or else of a picture: another key may not accept it. */
const signedBy = ({ recalled, media }: TranslationContext): string | null =>
  [...recalled.values()].at(-1)?.keyId ??
  [...media.values()].findLast(({ signature }) => signature !== null)?.signature?.keyId ??
  null;

const withPlan = (gathered: Gathered<unknown>, context: TranslationContext, plan: Plan): Planned => {
  const { asked: _asked, media: _media, isLargeBody: _isLargeBody, ...admitted } = gathered;
  return {
    ...admitted,
    plan,
    isLarge: isLarge(gathered),
    preferredKey: signedBy(context),
    conversation: conversationOf(plan.call),
  };
};

/** Makes the plan of the answer from the decoded request, with the thought signatures that are remembered for it. */
export const translate =
  <Request>(
    { recallSignatures, newId, now }: Pick<Capabilities, 'recallSignatures' | 'newId' | 'now'>,
    dialect: Pick<Dialect<Request>, 'callIds' | 'translate'>,
  ): Stage<Gathered<Request>, Planned> =>
  (gathered) =>
    pipe(
      TE.fromTask(async () => {
        if (!isLarge(gathered)) return recallSignatures(dialect.callIds(gathered.asked));
        await breathe();
        const recalled = await recallSignatures(dialect.callIds(gathered.asked));
        await breathe();
        return recalled;
      }),
      TE.map((recalled): TranslationContext => {
        const { requestId, media, imageReplyFormat } = gathered;
        return { requestId, id: newId(), created: Math.floor(now() / 1000), recalled, media, imageReplyFormat };
      }),
      TE.flatMapEither((context) => {
        const plan = dialect.translate(gathered.asked, context);
        return E.isLeft(plan) ? plan : E.right(withPlan(gathered, context, plan.right));
      }),
      TE.tapIO(({ plan, note }) => () => note({ model: plan.call.model, streamed: plan.streamed })),
    );
