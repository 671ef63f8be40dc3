import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { modelTraits, type ModelTraits } from '../gemini/model-traits.ts';
import { isModelId, modelName, noSuchModel, type ModelName } from './model-name.ts';
import type { TranslationSettings } from './translation-settings.ts';

/** A model as it was asked for, and what it can. */
export type SettledModel = {
  readonly name: ModelName;
  readonly traits: ModelTraits;
  /** Unless the request itself says otherwise. */
  readonly showsThoughts: boolean;
};

/** The model that a request names; a 404 where no model can be called so. */
export const settleModel = (
  asked: string,
  { modelAliases, showThoughts }: Pick<TranslationSettings, 'modelAliases' | 'showThoughts'>,
): E.Either<ProxyError, SettledModel> => {
  const name = modelName(asked, modelAliases);
  if (!isModelId(name.model)) return E.left(noSuchModel(asked));
  const showsThoughts = !name.hidesThoughts && showThoughts !== false;
  return E.right({ name, traits: modelTraits(name.model), showsThoughts });
};
