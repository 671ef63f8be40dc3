import { createRequire } from 'node:module';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };
const addFormats = require('ajv-formats') as (ajv: Ajv2020Type) => void;

/**
 * Whether a schema of 2020-12 takes a value; undefined where the validator can't tell, as of loops without an end.
 * A schema that it can't read at all, as with a reference to nothing, is `undefined` altogether.
 */
export const schemaTakes = (schema: object): ((value: unknown) => boolean | undefined) | undefined => {
  // Only own properties: what an object inherits, as `constructor`, is none of its value.
  const ajv = new Ajv2020({ ownProperties: true, strict: false, validateSchema: false, addUsedSchema: false, logger: false });
  addFormats(ajv);
  try {
    const validate = ajv.compile(schema);
    return (value) => {
      try {
        return validate(value);
      } catch {
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
};
