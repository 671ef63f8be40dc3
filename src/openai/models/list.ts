import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { modelTraits, type ModelTraits } from '../../gemini/model-traits.ts';
import type { GeminiModel } from '../../gemini/response.ts';
import { noSuchModel } from '../model-name.ts';

/** OpenAI's Model object; `name` and `context_length` are extras that several clients show. */
export type Model = {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
  readonly name?: string;
  readonly context_length?: number;
};

/** What is listed beside Google's models. */
export type ModelListSettings = {
  /** EXTRA_MODELS: listed as they are. */
  readonly extraModels: readonly string[];
  readonly modelAliases: ReadonlyMap<string, string>;
};

/** Gemini tells no dates; this is the day its API opened, 2023-12-13. */
const created = 1_702_425_600;

const canBeOff = ({ thinking }: ModelTraits): boolean =>
  (thinking.by === 'budget' && thinking.canBeOff) || (thinking.by === 'level' && thinking.levels.includes('MINIMAL'));

/** The suffix names that make a difference for a model. */
const suffixes = (traits: ModelTraits): readonly string[] => [
  ...(traits.thinking.by === 'nothing' ? [] : ['-thinking', '-maxthinking']),
  ...(canBeOff(traits) ? ['-nothinking'] : []),
  ...(traits.output === 'text' && traits.systemInstruction ? ['-search'] : []),
];

const plain = (id: string, owner: string): Model => ({ id, object: 'model', created, owned_by: owner });

const variants = (model: GeminiModel): readonly Model[] => {
  if (!chats(model) && !embeds(model)) return [];
  const id = model.name.replace(/^models\//, '');
  const base: Model = {
    ...plain(id, 'google'),
    ...(model.displayName === undefined ? {} : { name: model.displayName }),
    ...(model.inputTokenLimit === undefined ? {} : { context_length: model.inputTokenLimit }),
  };
  return [base, ...(chats(model) ? suffixes(modelTraits(id)) : []).map((suffix) => ({ ...base, id: `${id}${suffix}` }))];
};

const does = (model: GeminiModel, method: string): boolean => model.supportedGenerationMethods?.includes(method) === true;
const chats = (model: GeminiModel): boolean => model.supportedGenerationMethods === undefined || does(model, 'generateContent');
const embeds = (model: GeminiModel): boolean => does(model, 'embedContent');

/** Every model to offer: Google's that chat, with their suffix names, or embed; then EXTRA_MODELS and the aliases. */
export const models = (known: readonly GeminiModel[], settings: ModelListSettings): readonly Model[] => {
  const listed = [
    ...known.flatMap(variants),
    ...settings.extraModels.map((id) => plain(id, 'google')),
    ...[...settings.modelAliases.keys()].map((id) => plain(id, 'pollux')),
  ];
  return [...new Map([...listed, ...listed.toReversed()].map((model) => [model.id, model])).values()];
};

/** GET /v1/models. */
export const modelList = (known: readonly GeminiModel[], settings: ModelListSettings): object => ({
  object: 'list',
  data: models(known, settings),
});

/** GET /v1/models/{id}, with or without `models/` before the id; SDKs write the slash as `%2F`. */
export const oneModel =
  (id: string) =>
  (known: readonly GeminiModel[], settings: ModelListSettings): E.Either<ProxyError, Model> => {
    const bare = id.replace(/^models(?:\/|%2f)/i, '');
    const found = models(known, settings).find((model) => model.id === id || model.id === bare);
    return found === undefined ? E.left(noSuchModel(id)) : E.right(found);
  };
