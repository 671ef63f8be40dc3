import t from 'tap';
import { withoutEnd } from '../../src/gemini/continuation.ts';
import { plainTextOf, withCandidates } from '../../src/gemini/plain-text.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { callReader } from '../../src/gemini/whole-calls.ts';

const plain: Frame = { candidates: [{ content: { parts: [{ text: 'so' }] }, index: 0 }], json: 'so' };

t.test('a frame with other candidates is no longer known as a text', (t) => {
  t.equal(plainTextOf(plain), 'so');
  const call = withCandidates(plain, [{ content: { parts: [{ functionCall: { name: 'look' } }] } }]);
  t.equal(plainTextOf(call), null);
  t.equal('json' in call, false);
  t.equal('json' in withoutEnd(plain), false);
  t.end();
});

t.test('a text that comes behind half a call is one of several parts, and not known as a text alone', (t) => {
  const begun: Frame = { candidates: [{ content: { parts: [{ functionCall: { name: 'look', partialArgs: [{ jsonPath: '$.at', stringValue: 'it' }], willContinue: true } }] } }] };
  const calls = callReader(() => 'id');
  const read = calls.read([begun, plain]);
  for (const frame of read) if (frame.json !== undefined) t.equal(frame, plain, 'as it came');
  t.same(read.flatMap(({ candidates }) => candidates?.flatMap(({ content }) => content?.parts ?? []) ?? []).filter(({ text }) => text !== undefined), [{ text: 'so' }]);
  t.end();
});
