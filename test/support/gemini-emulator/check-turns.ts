import { isObject, objectsAt, type JsonObject } from './json.ts';
import type { Traits } from './traits.ts';

const calls = (content: JsonObject | undefined): number => objectsAt(content, 'parts').filter((part) => isObject(part['functionCall'])).length;

const responses = (content: JsonObject | undefined): number =>
  objectsAt(content, 'parts').filter((part) => isObject(part['functionResponse'])).length;

const isModel = (content: JsonObject | undefined): boolean => content?.['role'] === 'model';

const callOutOfPlace =
  'Please ensure that function call turn comes immediately after a user turn or after a function response turn.';
const responseOutOfPlace = 'Please ensure that function response turn comes immediately after a function call turn.';
const unequal =
  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';

/** One turn beside the one before it. */
const turnFault = (turn: JsonObject, before: JsonObject | undefined): string | undefined => {
  if (calls(turn) > 0 && (before === undefined || isModel(before))) return callOutOfPlace;
  if (responses(turn) > 0 && calls(before) === 0) return responseOutOfPlace;
  return before !== undefined && calls(before) !== responses(turn) ? unequal : undefined;
};

/**
 * The order of turns: calls after a user turn or responses, responses right after their calls and as many. That a
 * history must start with a user turn, and what is said when it does not, is an assumption.
 */
export const checkTurns = ({ prefill }: Traits, body: JsonObject): string | undefined => {
  const contents = objectsAt(body, 'contents');
  const fault = contents.map((turn, at) => turnFault(turn, contents[at - 1])).find((found) => found !== undefined);
  if (fault !== undefined) return fault;
  if (isModel(contents[0])) return 'Please ensure that multiturn requests start with a user turn.';
  if (!prefill && isModel(contents.at(-1))) return 'Please ensure that multiturn requests end with a user turn or a function response.';
  return undefined;
};
