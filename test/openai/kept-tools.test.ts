import fc from 'fast-check';
import t from 'tap';
import { bodyEncoder } from '../../src/gemini/call-body.ts';
import { E, TE } from '../../src/kernel/fp.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { decodeBody } from '../../src/pipeline/decode-body.ts';
import { receivedWith } from '../support/capabilities.ts';
import { anySchema } from '../support/any-schema.ts';

const dialect = chatDialect({ systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() });
const context = { requestId: 'req_1', id: 'x', created: 1, recalled: new Map(), media: new Map(), imageReplyFormat: null };

const sentFor = async (json: string) => {
  const received = receivedWith({}, { contentType: 'application/json', readBody: TE.right(Buffer.from(json)) });
  const read = await decodeBody(dialect.decode, dialect)({ received: { ...received, authorized: true }, permit: null })();
  if (E.isLeft(read)) return read.left;
  const plan = dialect.translate(read.right.asked, context);
  return E.isLeft(plan) ? plan.left : bodyEncoder().small(plan.right.call.body);
};

const offer = fc.oneof(
  anySchema.map((parameters) => ({ type: 'function', function: { name: 'a', description: 'd'.repeat(600), parameters } })),
  anySchema.map((parameters) => ({ type: 'function', function: { name: 'b c', parameters, strict: true } })),
  anySchema.map((input_schema) => ({ name: 'flat', input_schema })),
  fc.constantFrom<object>({ type: 'function', function: { name: 'long', parameters: { type: 'object', properties: { n: { type: 'integer', maximum: 987654, default: 1 } } } } }, { type: 'custom', custom: { name: 'free', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } } }, { googleSearch: {} }, { type: 'function' }, { type: 'function', function: null }),
);
const settings = fc.record(
  { model: fc.constantFrom('gemini-2.5-flash', 'gemini-3.5-flash', 'gemma-3-27b-it'), tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'a' } }), response_format: fc.constantFrom({ type: 'json_object' }), n: fc.constantFrom(2) },
  { requiredKeys: ['model'] },
);

t.test('tools that come again go up as they did, whatever else is asked with them', async (t) => {
  let plans = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(offer, { maxLength: 4 }), fc.array(settings, { minLength: 2, maxLength: 4 }), async (offers, asked) => {
      const tools = JSON.stringify([{ type: 'function', function: { name: 'filling', description: 'f'.repeat(1100) } }, ...offers]).replaceAll('987654', '12345678901234567890');
      for (const one of [...asked, ...asked]) {
        const rest = JSON.stringify({ ...one, messages: [{ role: 'user', content: 'hi' }] }).slice(1);
        const [kept, anew] = [await sentFor(`{"tools":${tools},${rest}`), await sentFor(`{"tools" :${tools},${rest}`)];
        if (typeof kept === 'string') plans += 1;
        t.ok(JSON.stringify(kept) === JSON.stringify(anew));
      }
    }),
    { numRuns: 120 },
  );
  t.ok(plans > 20, `${plans} calls`);
});
