import { errorSteps, jsonSteps } from './answer-whole.ts';
import { invalidArgument } from './google-error.ts';
import type { JsonObject } from './json.ts';
import type { Step } from './steps.ts';

const token = (offset: number): string => Buffer.from(`from ${offset}`).toString('base64url');

const offsetOf = (pageToken: string): number => Number(/^from (\d+)$/.exec(Buffer.from(pageToken, 'base64url').toString())?.[1] ?? Number.NaN);

/** One page of the models, with a token for the next one while there is more; at most 1000 a page, as Google does. */
export const listModels = (models: readonly JsonObject[], query: Readonly<Record<string, string>>, pageSize: number): readonly Step[] => {
  const size = query['pageSize'] === undefined ? pageSize : Math.min(Number(query['pageSize']), pageSize < 50 ? pageSize : 1000);
  const start = query['pageToken'] === undefined ? 0 : offsetOf(query['pageToken']);
  if (!Number.isInteger(size) || size < 1) return errorSteps(invalidArgument(`Invalid value at 'page_size' (TYPE_INT32), "${query['pageSize']}"`));
  if (Number.isNaN(start)) return errorSteps(invalidArgument('page_token is invalid.'));
  const end = start + size;
  return jsonSteps({ models: models.slice(start, end), ...(end < models.length ? { nextPageToken: token(end) } : {}) });
};
