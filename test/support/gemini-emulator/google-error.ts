import type { JsonObject } from './json.ts';

/** An error as Google's API tells it (google.rpc.Status, with the HTTP status as its code). */
export type GoogleError = {
  readonly code: number;
  readonly status: string;
  readonly message: string;
  readonly details?: readonly JsonObject[];
};

/** The type URL of one of Google's error details. */
export const detail = (name: string, fields: JsonObject): JsonObject => ({ '@type': `type.googleapis.com/google.rpc.${name}`, ...fields });

/** A 400 that says what is wrong with the request. */
export const invalidArgument = (message: string, details?: readonly JsonObject[]): GoogleError => ({
  code: 400,
  message,
  status: 'INVALID_ARGUMENT',
  ...(details === undefined ? {} : { details }),
});

/** A 404 for a path or a model that is not there. */
export const notFound = (message: string): GoogleError => ({ code: 404, message, status: 'NOT_FOUND' });

/** Google's words for a model it does not know. */
export const unknownModel = (model: string, action: string): GoogleError =>
  notFound(
    `models/${model} is not found for API version v1beta, or is not supported for ${action}. Call ModelService.ListModels to see the list of available models and their supported methods.`,
  );

/** The body of an answer that is an error. */
export const errorBody = (error: GoogleError): string => `${JSON.stringify({ error }, null, 2)}\n`;
