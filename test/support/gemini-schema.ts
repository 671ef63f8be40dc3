import { checkFields } from './gemini-emulator/check-request.ts';
import { schemaCheck } from './published-schemas.ts';
import { recordingsArePresent } from './recordings.ts';

/** Checks bodies of generateContent against the emulator's table and, where it lies beside the project, Google's document. */
export const geminiSchema = (): ((body: unknown) => readonly string[]) => {
  const document = recordingsArePresent ? schemaCheck('gemini.schema.json') : () => [];
  return (body) => {
    const fault = checkFields(body);
    return [...(fault === undefined ? [] : [fault.message]), ...document('GenerateContentRequest', body)];
  };
};
