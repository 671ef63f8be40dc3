import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { oncePer } from '../../kernel/remember.ts';
import type { JsonObject } from '../request.ts';
import { newSchemaBudget } from '../schema/schema-budget.ts';
import type { FunctionOffer } from './asked-tools.ts';
import { functionParameters } from './function-parameters.ts';

/** A function with its parameters as Gemini takes them; without any where it has none. */
export type DeclaredFunction = Pick<FunctionOffer, 'name' | 'description' | 'strict'> & {
  readonly parameters: JsonObject | undefined;
};

/** The functions of a request as Gemini takes them. A name declared twice is refused upstream: the first one stands. */
export const declareFunctions: (
  offers: readonly FunctionOffer[],
) => E.Either<ProxyError, readonly DeclaredFunction[]> = oncePer((offers) => {
  const functions: DeclaredFunction[] = [];
  const budget = newSchemaBudget();
  const names = new Set<string>();
  for (const { name, description, strict, parameters: schema, path } of offers) {
    if (names.has(name)) continue;
    names.add(name);
    const parameters = functionParameters(schema, budget, path);
    if (E.isLeft(parameters)) return parameters;
    functions.push({ name, description, strict, parameters: parameters.right });
  }
  return E.right(functions);
});
