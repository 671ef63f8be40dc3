import { inTurn, type Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Reply } from '../ports/reply.ts';
import { admit } from './admit.ts';
import { authorize } from './authorize.ts';
import { callGemini } from './call-gemini.ts';
import type { Frames, Gathered, Planned, Received } from './exchange.ts';
import { encodeAudio } from './encode-audio.ts';
import { choicesOf, countCalls } from './count-calls.ts';
import { decodeBody } from './decode-body.ts';
import { gatherMedia } from './gather-media.ts';
import { lookUp } from './look-up.ts';
import { suggestModel } from './suggest-model.ts';
import { translate } from './translate.ts';
import { translateBack } from './translate-back.ts';

/** How long a stream may be silent before a heartbeat, ms; 0 = for ever. */
export type ServeSettings = { readonly keepAliveMs: number };

/**
 * Every generating request runs through here. Who asks is checked before the body is read; keys are picked inside
 * callGemini, since failing over goes from key to key and the translation does not depend on the key.
 */
export const serve = <Request>(
  capabilities: Capabilities,
  dialect: Dialect<Request>,
  { keepAliveMs }: ServeSettings,
): Stage<Received, Reply> => {
  const suggest = suggestModel(capabilities, dialect.job ?? 'chat');
  const call = callGemini(capabilities);
  const answer: Stage<Planned, Frames> = (planned) => suggest(call(planned));
  const plan: Stage<Gathered<Request>, Planned> = translate(capabilities, dialect);
  const count = countCalls(capabilities);
  const spoken = encodeAudio(capabilities)(answer);
  // Made here, once: a request only runs them.
  return inTurn(
    authorize(capabilities),
    admit(capabilities),
    decodeBody(dialect.decode, dialect),
    lookUp(dialect),
    gatherMedia(capabilities, dialect),
    (gathered: Gathered<Request>) => suggest(plan(gathered)),
    (planned: Planned) => count(planned, choicesOf(planned.plan.call)),
    translateBack({ ...capabilities, ...dialect.replies, keepAliveMs }, spoken),
  );
};
