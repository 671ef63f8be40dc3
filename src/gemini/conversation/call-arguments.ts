import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { wellFormedJson } from '../../kernel/well-formed.ts';
import { fateOf, withExactText } from '../exact-json.ts';
import { isJsonObject } from '../is-json-object.ts';
import { jsonOf } from '../json-text.ts';
import type { Json, JsonObject } from '../request.ts';
import type { Call } from './turns.ts';

/** Arguments with their numbers and their order as they were written. */
const asWritten = (value: Json, text: string): JsonObject => {
  const fate = fateOf(text, value);
  if (fate.kind === 'same') return isJsonObject(value) ? value : { value };
  return isJsonObject(value) ? withExactText(value, fate.exact) : withExactText({ value }, `{"value":${fate.exact}}`);
};

/** A call's arguments as an object: '' and null are none, what is no object goes in as `value`. */
export const callArguments = ({
  arguments: given = '',
  path,
}: Pick<Call, 'arguments' | 'path'>): E.Either<ProxyError, JsonObject> => {
  if (typeof given !== 'string') return E.right(given);
  if (given.trim() === '') return E.right({});
  return pipe(
    jsonOf(given),
    E.bimap(
      (fault) => invalid(`'${path}' is ${fault}.`, path, 'invalid_value'),
      (value) => (value === null ? {} : asWritten(value, wellFormedJson(given))),
    ),
  );
};
