import { E } from '../kernel/fp.ts';
import { openaiTokens } from '../adapters/openai-tokens.ts';
import type { Config } from '../config.ts';
import type { Door, Doors } from '../http/door.ts';
import type { Route } from '../http/route.ts';
import { answerHeaders, readableHeaders } from '../openai/answer-headers.ts';
import { baseAddresses } from '../openai/base-addresses.ts';
import { chatDialect } from '../openai/chat/dialect.ts';
import { embeddingDialect } from '../openai/embeddings/dialect.ts';
import { openaiErrors } from '../openai/errors.ts';
import { editsDialect, generationsDialect } from '../openai/images/dialect.ts';
import { noVariations } from '../openai/images/variations.ts';
import { modelList, oneModel, type ModelListSettings } from '../openai/models/list.ts';
import { speechDialect } from '../openai/speech/dialect.ts';
import { transcriptionDialect } from '../openai/transcriptions/dialect.ts';
import { refuse } from '../pipeline/refuse.ts';
import { serve } from '../pipeline/serve.ts';
import { serveModels } from '../pipeline/serve-models.ts';
import { serveQuestions } from '../pipeline/serve-questions.ts';
import type { Capabilities, FirstSeen } from '../ports/capabilities.ts';

/** What the doors need of the other parts. */
export type DoorNeeds = {
  readonly capabilities: Capabilities;
  readonly firstSeen: FirstSeen;
  /** What is no API: health, status, metrics, pictures. They are found at every base address of the first door. */
  readonly house: readonly Route[];
};

/** OpenAI's API, each endpoint its dialect run through the pipeline. */
const openaiRoutes = ({ translation }: Config, capabilities: Capabilities): readonly Route[] => {
  const transcribe = (task: 'transcribe' | 'translate'): Pick<Route, 'accepts' | 'handle'> => ({
    accepts: 'multipart',
    handle: serve(capabilities, transcriptionDialect(task, translation), translation),
  });
  const embed = serveQuestions(capabilities, embeddingDialect(translation, openaiTokens()));
  const draw = serve(capabilities, generationsDialect(translation), translation);
  const edit = serve(capabilities, editsDialect(translation), translation);
  return [
    {
      method: 'POST',
      pattern: '/chat/completions',
      handle: serve(capabilities, chatDialect(translation), translation),
    },
    { method: 'POST', pattern: '/embeddings', handle: embed },
    { method: 'POST', pattern: '/audio/speech', handle: serve(capabilities, speechDialect(translation), translation) },
    { method: 'POST', pattern: '/audio/transcriptions', ...transcribe('transcribe') },
    { method: 'POST', pattern: '/audio/translations', ...transcribe('translate') },
    { method: 'POST', pattern: '/images/generations', accepts: 'either', handle: draw },
    { method: 'POST', pattern: '/images/edits', accepts: 'either', handle: edit },
    { method: 'POST', pattern: '/images/variations', handle: refuse(capabilities, noVariations) },
  ];
};

const modelRoutes = (listed: ModelListSettings, capabilities: Capabilities): readonly Route[] => [
  {
    method: 'GET',
    pattern: '/models',
    keyInQuery: true,
    handle: serveModels(capabilities, (known) => E.right(modelList(known, listed))),
  },
  {
    method: 'GET',
    pattern: '/models/{id}',
    keyInQuery: true,
    handle: (received, { id }) => serveModels(capabilities, (known) => oneModel(id)(known, listed))(received),
  },
];

/** OpenAI's door, for whatever routes. */
export const openaiDoor = (routes: readonly Route[]): Door => ({
  prefixes: baseAddresses,
  bases: baseAddresses,
  errors: () => openaiErrors,
  headers: answerHeaders,
  readableHeaders,
  routes,
});

/** The public doors: a new API is a line here. The first one answers what is nobody's. */
export const doorsOf = (config: Config, { capabilities, firstSeen, house }: DoorNeeds): Doors => [
  openaiDoor([
    ...openaiRoutes(config, capabilities),
    ...modelRoutes({ ...config.translation, firstSeen }, capabilities),
    ...house,
  ]),
];
