import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { modelTraits, type ModelTraits } from '../../gemini/model-traits.ts';
import { releasedAt } from '../../gemini/release-dates.ts';
import type { GeminiModel } from '../../gemini/response.ts';
import type { FirstSeen } from '../../ports/capabilities.ts';
import { isPattern } from '../../wire/model-alias.ts';
import { modelName, noSuchModel, withoutPrefixes } from '../../wire/model-name.ts';
import { modelFacts, namedFacts, type ModelFacts } from './facts.ts';

/** OpenAI's Model object, with what clients read beside it. */
export type Model = ModelFacts & {
  readonly id: string;
  readonly object: 'model';
  /** Seconds since the epoch: the day when the model came out, else when this service saw it first. */
  readonly created: number;
  readonly owned_by: string;
};

/** What is listed beside Google's models, and how their age is known. */
export type ModelListSettings = {
  /** EXTRA_MODELS: listed as they are. */
  readonly extraModels: readonly string[];
  readonly modelAliases: ReadonlyMap<string, string>;
  readonly firstSeen: FirstSeen;
};

const thinksInSteps = ({ thinking }: ModelTraits): boolean => thinking.by === 'budget' || thinking.by === 'level';

const canBeOff = ({ thinking }: ModelTraits): boolean =>
  (thinking.by === 'budget' && thinking.canBeOff) || (thinking.by === 'level' && thinking.levels.includes('MINIMAL'));

/** A suffix name, and what it changes of the facts. */
type Suffix = readonly [suffix: string, changed: ModelFacts];

const doesSearch = ({ output, builtIns, thinking }: ModelTraits): boolean =>
  output === 'text' && builtIns.includes('googleSearch') && thinking.by !== 'switch';

/** The suffix names that make a difference for a model; Gemma's, which are few and small, are taken but not listed. */
const suffixesOf = (traits: ModelTraits): readonly Suffix[] => [
  ...(thinksInSteps(traits) ? ([['-thinking', {}], ['-maxthinking', {}], ['-hidden', {}]] as const) : []),
  ...(canBeOff(traits) ? ([['-nothinking', { reasoning: false }]] as const) : []),
  ...(doesSearch(traits) ? ([['-search', { search: true }]] as const) : []),
];

const plainModel = (id: string, owner: string, created: number): Model => ({
  id,
  object: 'model',
  created,
  owned_by: owner,
});

const createdOf = (id: string, { firstSeen }: ModelListSettings): number => releasedAt(id) ?? firstSeen(id);

/** People tell models apart by these names. */
const renameFacts = (name: string | undefined, suffix: string): ModelFacts => {
  if (name === undefined) return {};
  const told = `${name} (${suffix.slice(1)})`;
  return { name: told, displayName: told };
};

const variantsOf = (model: GeminiModel, settings: ModelListSettings): readonly Model[] => {
  if (!doesChat(model) && !doesEmbed(model)) return [];
  const id = model.name.replace(/^models\//, '');
  const base: Model = {
    ...plainModel(id, 'google', createdOf(id, settings)),
    ...modelFacts(id, model, doesChat(model)),
  };
  const offered = doesChat(model) ? suffixesOf(modelTraits(id)) : [];
  return [
    base,
    ...offered.map(([suffix, changed]) => ({
      ...base,
      ...renameFacts(base.name, suffix),
      ...changed,
      id: `${id}${suffix}`,
    })),
  ];
};

const doesMethod = (model: GeminiModel, method: string): boolean =>
  model.supportedGenerationMethods?.includes(method) === true;
const doesChat = (model: GeminiModel): boolean =>
  model.supportedGenerationMethods === undefined || doesMethod(model, 'generateContent');
const doesEmbed = (model: GeminiModel): boolean => doesMethod(model, 'embedContent');

/** A name of ours has the facts and the age of the model that it stands for, as far as that is known. */
const namedModel = (id: string, owner: string, { known, settings }: Named): Model => {
  const { model } = modelName(id, settings.modelAliases);
  const target = known.get(settings.modelAliases.get(id) ?? id) ?? known.get(model);
  const { name: _, displayName: __, ...facts }: ModelFacts = target === undefined ? namedFacts(model) : factsOf(target);
  return { ...plainModel(id, owner, target?.created ?? createdOf(model, settings)), ...facts };
};

type Named = { readonly known: ReadonlyMap<string, Model>; readonly settings: ModelListSettings };

const factsOf = ({ id: _, object: __, created: ___, owned_by: ____, ...facts }: Model): ModelFacts => facts;

/** Every model to offer: Google's that chat, with their suffix names, or embed; then EXTRA_MODELS and the aliases. */
export const listedModels = (known: readonly GeminiModel[], settings: ModelListSettings): readonly Model[] => {
  const google = known.flatMap((model) => variantsOf(model, settings));
  const about = { known: new Map(google.map((model) => [model.id, model])), settings };
  const listed = [
    ...google,
    ...settings.extraModels.map((id) => namedModel(id, 'google', about)),
    ...[...settings.modelAliases.keys()].filter((id) => !isPattern(id)).map((id) => namedModel(id, 'pollux', about)),
  ];
  return [...new Map([...listed, ...listed.toReversed()].map((model) => [model.id, model])).values()];
};

/** GET /v1/models. */
export const modelList = (known: readonly GeminiModel[], settings: ModelListSettings): object => ({
  object: 'list',
  data: listedModels(known, settings),
});

/** A name that is not listed, and that requests may have all the same: a listed model with a suffix, or by a pattern. */
const unlistedModel = (id: string, listed: readonly Model[], settings: ModelListSettings): Model | undefined => {
  const { model } = modelName(id, settings.modelAliases);
  const known = new Map(listed.map((one) => [one.id, one]));
  if (!known.has(model)) return undefined;
  return namedModel(id, id.startsWith(model) ? 'google' : 'pollux', { known, settings });
};

/**
 * GET /v1/models/{id}, with or without `models/`, `google/` or `gemini/` before the id; SDKs write the slash as `%2F`.
 */
export const oneModel =
  (id: string) =>
  (known: readonly GeminiModel[], settings: ModelListSettings): E.Either<ProxyError, Model> => {
    const bare = withoutPrefixes(id.replaceAll(/%2f/gi, '/').replaceAll(/%3a/gi, ':'));
    const listed = listedModels(known, settings);
    const found =
      listed.find((model) => model.id === id || withoutPrefixes(model.id) === bare) ??
      unlistedModel(bare, listed, settings);
    return found === undefined ? E.left(noSuchModel(id)) : E.right(found);
  };
