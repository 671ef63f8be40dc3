import { breathe } from '../kernel/breathe.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, TranslationContext } from '../ports/dialect.ts';
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
  [...recalled.values()].at(-1)?.keyId ?? [...media.values()].findLast(({ signature }) => signature !== null)?.signature?.keyId ?? null;

/** Makes the call to Gemini from the decoded request, with the thought signatures that are remembered for it. */
export const translate =
  <Request, State, Event>(
    { recallSignatures, newId, now }: Pick<Capabilities, 'recallSignatures' | 'newId' | 'now'>,
    dialect: Dialect<Request, State, Event>,
  ): Stage<Gathered<Request>, Planned<Request>> =>
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
        const { media, imageReplyFormat } = gathered;
        return { id: newId(), created: Math.floor(now() / 1000), recalled, media, imageReplyFormat };
      }),
      TE.flatMapEither((context) =>
        pipe(
          dialect.toGemini(gathered.asked, context),
          E.map((call) => ({ ...gathered, context, call, preferredKey: signedBy(context), conversation: conversationOf(call) })),
        ),
      ),
      TE.tapIO(({ call, note }) => () => note({ model: call.model, streamed: dialect.isStreamed(gathered.asked) })),
    );
