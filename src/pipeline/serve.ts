import { TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Reply } from '../ports/reply.ts';
import { admit } from './admit.ts';
import type { Reading } from './attempt-call.ts';
import { authorize } from './authorize.ts';
import { callGemini } from './call-gemini.ts';
import type { Frames, Planned, Received } from './exchange.ts';
import { persistImages } from './persist-images.ts';
import { encodeAudio } from './encode-audio.ts';
import { choicesOf, countCalls } from './count-calls.ts';
import { decodeBody } from './decode-body.ts';
import { gatherMedia } from './gather-media.ts';
import { suggestModel } from './suggest-model.ts';
import { translate } from './translate.ts';
import { translateBack } from './translate-back.ts';

/** How long a stream may be silent before a heartbeat, ms; 0 = for ever. */
export type ServeSettings = { readonly keepAliveMs: number };

/**
 * Every generating request runs through here. Who asks is checked before the body is read; keys are picked inside
 * callGemini, since failing over goes from key to key and the translation does not depend on the key.
 */
export const serve = <Request, State, Event>(
  capabilities: Capabilities,
  dialect: Dialect<Request, State, Event>,
  settings: ServeSettings,
): Stage<Received, Reply> => {
  const shown = dialect.showsEarly ?? dialect.isStreamed;
  const reading = (asked: Request): Omit<Reading, 'effort'> => ({
    shown: shown(asked),
    refusesBlocks: dialect.showsBlocks !== true,
    mustBeWhole: dialect.mustBeWhole === true,
  });
  const suggest = suggestModel(capabilities, dialect.job ?? 'chat');
  const persist = persistImages(capabilities, dialect, shown);
  const answer: Stage<Planned<Request>, Frames> = (planned) => 
    pipe(planned, callGemini(capabilities, reading), TE.map(persist(planned)), suggest);
  const spoken = encodeAudio(capabilities, dialect)(answer);
  return (received) =>
    pipe(
      received,
      authorize(capabilities),
      TE.flatMap(admit(capabilities)),
      TE.flatMap(decodeBody(dialect.decode)),
      TE.flatMap(gatherMedia(capabilities, dialect)),
      TE.flatMap(translate(capabilities, dialect)),
      suggest,
      TE.flatMap((planned) => countCalls(capabilities)(planned, choicesOf(planned.call))),
      TE.flatMap(translateBack(dialect, spoken, { ...settings, wait: capabilities.wait, rememberSignature: capabilities.rememberSignature })),
    );
};
