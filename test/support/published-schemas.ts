import { createRequire } from 'node:module';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';
import { publishedSchema } from './recordings.ts';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };
const addFormats = require('ajv-formats') as (ajv: Ajv2020Type) => void;

/** Checks values against a definition of a published document: the faults in words, none when it fits. */
export type SchemaCheck = (definition: string, value: unknown) => readonly string[];

/** The document lies beside the recordings, by its file's name. A definition is compiled when it is first used. */
export const schemaCheck = (file: 'openai.schema.json' | 'gemini.schema.json'): SchemaCheck => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(publishedSchema(file), file);
  return (definition, value) => {
    const validate = ajv.getSchema(`${file}#/$defs/${definition}`);
    if (validate === undefined) return [`no definition ${definition}`];
    return validate(value) === true ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };
};
