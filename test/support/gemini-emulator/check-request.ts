import { checkGeneration } from './check-generation.ts';
import { checkPresence } from './check-presence.ts';
import { checkSchemas } from './check-schemas.ts';
import { checkSignatures, type Knows } from './check-signatures.ts';
import { checkThinking } from './check-thinking.ts';
import { checkTools } from './check-tools.ts';
import { checkTurns } from './check-turns.ts';
import { detail, invalidArgument, type GoogleError } from './google-error.ts';
import { isObject, type JsonObject } from './json.ts';
import { readMessage } from './read-message.ts';
import { traitsOf } from './traits.ts';

/** A body with its names in lowerCamelCase, and what Google says about those that it does not know. */
export type ReadRequest = { readonly value: JsonObject; readonly error?: GoogleError };

/** Reads a body as one of the messages of the table, names and types only. */
export const readRequest = (message: string, body: unknown): ReadRequest => {
  if (!isObject(body)) return { value: {}, error: invalidArgument('Invalid JSON payload received. Expected an object.') };
  const { value, violations } = readMessage(message, body, '');
  if (violations.length === 0) return { value };
  const fieldViolations = violations.map(({ field, description }) => (field === '' ? { description } : { field, description }));
  const text = violations.map(({ description }) => description).join('\n');
  return { value, error: invalidArgument(text, [detail('BadRequest', { fieldViolations })]) };
};

/** What Google would say about the form of a generateContent body: unknown names, wrong types, missing fields. */
export const checkFields = (body: unknown): GoogleError | undefined => {
  const { value, error } = readRequest('GenerateContentRequest', body);
  if (error !== undefined) return error;
  const fault = checkPresence(value);
  return fault === undefined ? undefined : invalidArgument(fault);
};

/** What Google would say about a generateContent body for this model; undefined when it would answer. */
export const checkRequest = (model: string, body: unknown, { knows }: { readonly knows?: Knows } = {}): GoogleError | undefined => {
  const fault = checkFields(body);
  if (fault !== undefined) return fault;
  const { value } = readRequest('GenerateContentRequest', body);
  const traits = traitsOf(model);
  const message =
    checkTurns(traits, value) ??
    checkSignatures(traits, value, knows) ??
    checkTools(model, traits, value) ??
    checkSchemas(value) ??
    checkThinking(traits.thinking, value) ??
    checkGeneration(model, traits, value);
  return message === undefined ? undefined : invalidArgument(message);
};
