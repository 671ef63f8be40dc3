import { E } from '../kernel/fp.ts';
import type { Config } from '../config.ts';
import type { Door, Doors } from '../http/door.ts';
import type { Handler, Route } from '../http/route.ts';
import { answerHeaders, readableHeaders } from '../openai/answer-headers.ts';
import { baseAddresses } from '../openai/base-addresses.ts';
import { openaiErrors } from '../openai/errors.ts';
import type { ModelListSettings } from '../openai/models/list.ts';
import {
  completionNames,
  embeddingNames,
  imageNames,
  speechNames,
  transcriptionNames,
} from '../openai/refused-field.ts';
import type { Capabilities, FirstSeen } from '../ports/capabilities.ts';
import type { ResponseStore } from '../ports/response-store.ts';
import { anthropicDoor, anthropicRoutes } from './anthropic-door.ts';
import { namingFields } from './naming-fields.ts';
import { nativeDoor, type NativeDoorNeeds } from './native-door.ts';
import { onFirstUse } from './on-first-use.ts';
import { refuseOnFirstUse } from './refuse-on-first-use.ts';
import { responseRoutes } from './response-routes.ts';
import { serveOnFirstUse } from './serve-on-first-use.ts';

/** What the doors need of the other parts. */
export type DoorNeeds = {
  readonly capabilities: Capabilities;
  readonly firstSeen: FirstSeen;
  /** The longest answer of a model, as Google lists it. */
  readonly listedLimit: (model: string) => number | undefined;
  readonly responses: ResponseStore;
  readonly native: Omit<NativeDoorNeeds, 'capabilities'>;
  /** What is no API: health, status, metrics, pictures. They are found at every base address of the first door. */
  readonly house: readonly Route[];
};

const embedOnFirstUse = ({ translation }: Config, capabilities: Capabilities): Handler =>
  onFirstUse(async () => {
    const [{ serveQuestions }, { embeddingDialect }, { openaiTokens }] = await Promise.all([
      import('../pipeline/serve-questions.ts'),
      import('../openai/embeddings/dialect.ts'),
      import('../adapters/openai-tokens.ts'),
    ]);
    return serveQuestions(capabilities, embeddingDialect(translation, openaiTokens()));
  });

/** OpenAI's API, each endpoint its dialect run through the pipeline. */
const openaiRoutes = (config: Config, capabilities: Capabilities): readonly Route[] => {
  const { translation } = config;
  const serves = serveOnFirstUse(config, capabilities);
  const chat = serves(async () => (await import('../openai/chat/dialect.ts')).chatDialect(translation));
  const speak = serves(async () => (await import('../openai/speech/dialect.ts')).speechDialect(translation));
  const draw = serves(async () => (await import('../openai/images/dialect.ts')).generationsDialect(translation));
  const edit = serves(async () => (await import('../openai/images/dialect.ts')).editsDialect(translation));
  const complete = serves(async () => {
    const [{ completionDialect }, { openaiTokens }] = await Promise.all([
      import('../openai/completions/dialect.ts'),
      import('../adapters/openai-tokens.ts'),
    ]);
    return completionDialect(translation, openaiTokens('prompt'));
  });
  const embed = embedOnFirstUse(config, capabilities);
  const refuses = refuseOnFirstUse(capabilities);
  const vary = refuses(async () => (await import('../openai/images/variations.ts')).noVariations);
  const moderate = refuses(async () => (await import('../openai/no-moderations.ts')).noModerations);
  const transcribe = (task: 'transcribe' | 'translate'): Pick<Route, 'accepts' | 'handle'> => ({
    accepts: 'multipart',
    handle: namingFields(transcriptionNames)(
      serves(async () =>
        (await import('../openai/transcriptions/dialect.ts')).transcriptionDialect(task, translation),
      ),
    ),
  });
  return [
    { method: 'POST', pattern: '/chat/completions', handle: chat },
    { method: 'POST', pattern: '/completions', handle: namingFields(completionNames)(complete) },
    { method: 'POST', pattern: '/moderations', handle: moderate },
    { method: 'POST', pattern: '/embeddings', handle: namingFields(embeddingNames)(embed) },
    { method: 'POST', pattern: '/audio/speech', handle: namingFields(speechNames)(speak) },
    { method: 'POST', pattern: '/audio/transcriptions', ...transcribe('transcribe') },
    { method: 'POST', pattern: '/audio/translations', ...transcribe('translate') },
    { method: 'POST', pattern: '/images/generations', accepts: 'either', handle: namingFields(imageNames)(draw) },
    { method: 'POST', pattern: '/images/edits', accepts: 'either', handle: namingFields(imageNames)(edit) },
    { method: 'POST', pattern: '/images/variations', handle: vary },
  ];
};

const loadModels = () => Promise.all([import('../pipeline/serve-models.ts'), import('../openai/models/list.ts')]);

const modelRoutes = (listed: ModelListSettings, capabilities: Capabilities): readonly Route[] => {
  const list = onFirstUse(async () => {
    const [{ serveModels }, { modelList }] = await loadModels();
    return serveModels(capabilities, (known) => E.right(modelList(known, listed)));
  });
  const show = onFirstUse(async () => {
    const [{ serveModels }, { oneModel }] = await loadModels();
    return (received, { id }) => serveModels(capabilities, (known) => oneModel(id)(known, listed))(received);
  });
  return [
    { method: 'GET', pattern: '/models', keyInQuery: true, handle: list },
    { method: 'GET', pattern: '/models/{id}', keyInQuery: true, handle: show },
  ];
};

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
export const doorsOf = (config: Config, needs: DoorNeeds): Doors => {
  const { capabilities, firstSeen, native, house } = needs;
  return [
    openaiDoor([
      ...openaiRoutes(config, capabilities),
      ...responseRoutes(config, needs),
      ...modelRoutes({ ...config.translation, firstSeen }, capabilities),
      ...house,
    ]),
    anthropicDoor(anthropicRoutes(config, needs)),
    nativeDoor(config, { capabilities, ...native }),
  ];
};
