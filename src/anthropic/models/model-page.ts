import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { modelTraits } from '../../gemini/model-traits.ts';
import { releasedAt } from '../../gemini/release-dates.ts';
import type { GeminiModel } from '../../gemini/response.ts';
import type { FirstSeen } from '../../ports/capabilities.ts';
import { modelName, noSuchModel, withoutPrefixes } from '../../wire/model-name.ts';
import { listedNames } from '../claude-names.ts';

/** What is listed beside Google's models, and how their age is known. */
export type ModelPageSettings = {
  readonly extraModels: readonly string[];
  readonly modelAliases: ReadonlyMap<string, string>;
  readonly firstSeen: FirstSeen;
};

/** Anthropic's ModelInfo (@anthropic-ai/sdk 1.14). */
export type ModelInfo = {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  readonly created_at: string;
  readonly max_input_tokens: number | null;
  readonly max_tokens: number | null;
  readonly capabilities: null;
  readonly lifecycle: 'active';
  readonly line: null;
  readonly deprecated_at: null;
  readonly retires_at: null;
};

const bareId = ({ name }: GeminiModel): string => name.replace(/^models\//, '');

type Named = { readonly id: string; readonly model: string; readonly known: GeminiModel | undefined };

const infoOf = ({ id, model, known }: Named, firstSeen: FirstSeen): ModelInfo => ({
  type: 'model',
  id,
  display_name: (id === model ? known?.displayName : undefined) ?? id,
  created_at: new Date((releasedAt(model) ?? firstSeen(model)) * 1000).toISOString(),
  max_input_tokens: known?.inputTokenLimit ?? null,
  max_tokens: known?.outputTokenLimit ?? null,
  capabilities: null,
  lifecycle: 'active',
  line: null,
  deprecated_at: null,
  retires_at: null,
});

/** Models that speak write no messages. */
const doesMessages = (model: GeminiModel): boolean =>
  model.supportedGenerationMethods?.includes('generateContent') !== false &&
  modelTraits(bareId(model)).output !== 'audio';

/** Every model to offer: Google's that chat, EXTRA_MODELS, and the other names, Claude's among them. */
const allModels = (known: readonly GeminiModel[], settings: ModelPageSettings): readonly ModelInfo[] => {
  const byId = new Map(known.filter(doesMessages).map((model) => [bareId(model), model]));
  const ids = new Set([...byId.keys(), ...settings.extraModels, ...listedNames(settings.modelAliases)]);
  return [...ids].map((id) => {
    const model = byId.has(id) ? id : modelName(id, settings.modelAliases).model;
    return infoOf({ id, model, known: byId.get(model) }, settings.firstSeen);
  });
};

const mostLimit = 1000;
const usualLimit = 20;

const limitOf = (text: string | null): E.Either<ProxyError, number> => {
  if (text === null) return E.right(usualLimit);
  const limit = Number(text);
  return /^\d{1,4}$/.test(text) && limit >= 1 && limit <= mostLimit
    ? E.right(limit)
    : E.left(invalid(`'limit' must be a whole number from 1 to ${mostLimit}.`, 'limit', 'invalid_value'));
};

/** The models that come after an id, or before one; an id that is not there is as good as none. */
const between = (all: readonly ModelInfo[], query: URLSearchParams, limit: number): readonly [number, number] => {
  const after = all.findIndex(({ id }) => id === query.get('after_id'));
  const before = all.findIndex(({ id }) => id === query.get('before_id'));
  if (before >= 0) return [Math.max(after + 1, before - limit), before];
  return [after + 1, Math.min(all.length, after + 1 + limit)];
};

/** GET /v1/models, page by page. */
export const modelPage =
  (query: string) =>
  (known: readonly GeminiModel[], settings: ModelPageSettings): E.Either<ProxyError, object> => {
    const asked = new URLSearchParams(query);
    return E.map((limit: number) => {
      const all = allModels(known, settings);
      const [from, to] = between(all, asked, limit);
      const data = all.slice(from, to);
      const hasMore = asked.has('before_id') ? from > 0 : to < all.length;
      return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    })(limitOf(asked.get('limit')));
  };

/** GET /v1/models/{id}, also for a name that only a pattern fits. */
export const oneModelInfo =
  (id: string) =>
  (known: readonly GeminiModel[], settings: ModelPageSettings): E.Either<ProxyError, ModelInfo> => {
    const bare = withoutPrefixes(id.replaceAll(/%2f/gi, '/'));
    const all = allModels(known, settings);
    const found = all.find((model) => model.id === id || model.id === bare);
    if (found !== undefined) return E.right(found);
    const { model } = modelName(bare, settings.modelAliases);
    const meant = model === bare ? undefined : known.find((one) => bareId(one) === model);
    return meant === undefined
      ? E.left(noSuchModel(id))
      : E.right(infoOf({ id: bare, model, known: meant }, settings.firstSeen));
  };
