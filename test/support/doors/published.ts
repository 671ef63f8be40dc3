import { schemaCheck, type SchemaCheck } from '../published-schemas.ts';
import { recordingsArePresent } from '../recordings.ts';

const unchecked: SchemaCheck = () => [];

/** OpenAI's document, where it lies beside the project. */
export const openai = recordingsArePresent ? schemaCheck('openai.schema.json') : unchecked;

/** Google's document, where it lies beside the project. */
export const google = recordingsArePresent ? schemaCheck('gemini.schema.json') : unchecked;
