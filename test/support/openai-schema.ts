import { createRequire } from 'node:module';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';
import { publishedSchema } from './recordings.ts';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };
const addFormats = require('ajv-formats') as (ajv: Ajv2020Type) => void;

/** Checks values against a definition of OpenAI's published document: the faults in words, none when it fits. */
export const openaiSchema = (): ((definition: string, value: unknown) => readonly string[]) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(publishedSchema('openai.schema.json'), 'openai.schema.json');
  return (definition, value) => {
    const validate = ajv.getSchema(`openai.schema.json#/$defs/${definition}`);
    if (validate === undefined) return [`no definition ${definition}`];
    return validate(value) === true ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };
};
