import fc from 'fast-check';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { isObject } from '../../src/kernel/is-object.ts';
import type { JsonObject } from '../../src/gemini/request.ts';
import { newSchemaBudget } from '../../src/gemini/schema/schema-budget.ts';
import { toGeminiSchema } from '../../src/gemini/schema/to-gemini-schema.ts';
import { anySchema, anyValue, inDraft4 } from '../support/any-schema.ts';
import { schemaFaults } from '../support/schema-faults.ts';
import { sampleInstance } from '../support/sample-instance.ts';
import { schemaTakes } from '../support/schema-takes.ts';

const told = (schema: JsonObject): JsonObject => {
  const made = toGeminiSchema(schema, newSchemaBudget());
  if (E.isLeft(made)) throw new Error(`refused: ${made.left.bound}`);
  return made.right;
};

const runs = Number(process.env['SCHEMA_LAW_RUNS'] ?? 250);

/** Instances that the given schema takes and the made one does not. */
const lost = (given: JsonObject, made: JsonObject, values: readonly unknown[]): { readonly lost: readonly unknown[]; readonly taken: number } => {
  const [before, after] = [schemaTakes(given), schemaTakes(made)];
  if (after === undefined) throw new Error(`not a schema: ${JSON.stringify(made)}`);
  const taken = values.filter((value) => before?.(value) === true);
  return { lost: taken.filter((value) => after(value) === false), taken: taken.length };
};

const instances = fc.tuple(fc.array(anyValue, { minLength: 8, maxLength: 8 }), fc.array(fc.integer(), { minLength: 16, maxLength: 16 }));

t.test('the result takes whatever the schema takes, whatever it says, in the words of any draft', (t) => {
  const seen = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(anySchema, instances, fc.boolean(), (given, [values, seeds], older) => {
      const made = told(older ? inDraft4(given) : given);
      const found = schemaFaults(made);
      if (found.length > 0) throw new Error(`${found.join('; ')} in ${JSON.stringify(made)}`);
      const all = [...values, ...seeds.map((seed) => sampleInstance(given, seed))];
      const result = lost(given, made, all);
      seen.taken += result.taken;
      seen.refused += all.length - result.taken;
      if (result.lost.length > 0) throw new Error(`${JSON.stringify(result.lost[0])} is lost in ${JSON.stringify(made)}`);
    }),
    { numRuns: runs },
  );
  t.ok(seen.taken > runs * 2 && seen.refused > runs, `${seen.taken} were taken, ${seen.refused} not`);
  t.end();
});

t.test('arguments: whatever object the schema takes, and a function of ours that takes the answer takes it, too', (t) => {
  fc.assert(
    fc.property(anySchema, instances, (given, [values, seeds]) => {
      const made = toGeminiSchema(given, newSchemaBudget(), 'arguments');
      if (E.isLeft(made)) throw new Error('refused');
      const found = schemaFaults(made.right);
      if (found.length > 0 || made.right['type'] !== 'object') throw new Error(`${found.join('; ')} in ${JSON.stringify(made.right)}`);
      const all = [...values, ...seeds.map((seed) => sampleInstance(given, seed))];
      const result = lost(given, made.right, all.filter(isObject));
      if (result.lost.length > 0) throw new Error(`${JSON.stringify(result.lost[0])} is lost in ${JSON.stringify(made.right)}`);
      const { $defs, ...rest } = told(given);
      const wrapped = { type: 'object', properties: { answer: rest }, ...($defs === undefined ? {} : { $defs }) };
      const inside = schemaTakes(wrapped);
      const before = schemaTakes(given);
      if (all.some((value) => before?.(value) === true && inside?.({ answer: value }) === false)) throw new Error('lost in the wrapper');
    }),
    { numRuns: runs / 2 },
  );
  t.pass();
  t.end();
});
