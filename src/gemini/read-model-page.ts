import { isObject } from '../kernel/is-object.ts';
import { hasShape, isFlag, isListOf, isText, number } from './field-checks.ts';
import type { GeminiModel } from './response.ts';

const fitsModel = hasShape(
  {
    name: isText,
    displayName: isText,
    description: isText,
    inputTokenLimit: number,
    outputTokenLimit: number,
    supportedGenerationMethods: isListOf(isText),
    thinking: isFlag,
  },
  'name',
);

const isModel = (value: unknown): value is GeminiModel => fitsModel(value);

/** One page of models.list; null when it is none. Entries without a name are left out. */
export const readModelPage = (
  value: unknown,
): { readonly models: readonly GeminiModel[]; readonly next: string | null } | null => {
  if (!isObject(value)) return null;
  const { models, nextPageToken } = value;
  if (models !== undefined && !Array.isArray(models)) return null;
  return {
    models: (models ?? []).filter(isModel),
    next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : null,
  };
};
