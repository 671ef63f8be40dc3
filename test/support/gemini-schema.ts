import { createRequire } from 'node:module';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';
import { checkFields } from './gemini-emulator/check-request.ts';
import { publishedSchema, recordingsArePresent } from './recordings.ts';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };
const addFormats = require('ajv-formats') as (ajv: Ajv2020Type) => void;

/** What Google's own document says against a body; it lies beside the project or not. */
const published = (): ((body: unknown) => readonly string[]) => {
  if (!recordingsArePresent) return () => [];
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(publishedSchema('gemini.schema.json'), 'gemini.schema.json');
  const validate = ajv.getSchema('gemini.schema.json#/$defs/GenerateContentRequest');
  if (validate === undefined) return () => ['no definition GenerateContentRequest'];
  return (body) => (validate(body) === true ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`));
};

/** Checks bodies of generateContent against the emulator's table and, where it lies beside the project, Google's document. */
export const geminiSchema = (): ((body: unknown) => readonly string[]) => {
  const document = published();
  return (body) => {
    const fault = checkFields(body);
    return [...(fault === undefined ? [] : [fault.message]), ...document(body)];
  };
};
