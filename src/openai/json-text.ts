import { E } from '../kernel/fp.ts';
import { jsonFault } from '../kernel/json-fault.ts';
import { wellFormedJson } from '../kernel/well-formed.ts';
import type { Json } from '../gemini/request.ts';

/** As for a whole body: what walks a value that nests deeper could overflow the stack. */
const bounds = { depth: 100, values: 1_000_000 };

/** JSON that a request holds as a text inside its own: arguments of calls, results. Left says what is wrong with it. */
export const jsonOf = (text: string): E.Either<'nested too deep' | 'not valid JSON', Json> =>
  jsonFault(Buffer.from(text), bounds) === null
    ? E.tryCatch(
        (): Json => JSON.parse(wellFormedJson(text)),
        () => 'not valid JSON',
      )
    : E.left('nested too deep');
