import fc from 'fast-check';
import t from 'tap';
import { endOfString } from '../../src/kernel/json-fault.ts';
import { leaveUnread, leaveWords, textOf } from '../../src/kernel/unread-text.ts';

const tokens = ['a', 'bc', ' ', '\\n', '\\"', '\\\\', '\\t', '\\b', '\\f', '\\r', '[', '![', 'é', '日本', '👋', '+/0=', 'plain words of some length, so that few of all are odd'];
const odd = ['\\/', '\\u0041', '\\u0001', '\\ud83d', '\\x', '\\', '\n', '\u0001', '\\,', '\u007f'];
const token = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...tokens) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

/** The same bytes, which begin so many behind an even place. */
const shifted = (json: string, by: number): Buffer => {
  const bytes = Buffer.from(json);
  const room = Buffer.alloc(bytes.length + by);
  bytes.copy(room, by);
  return room.subarray(by);
};

const parsed = (json: string): string | null => {
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    return null;
  }
};

t.test('what is left unread is what JSON.stringify would write, and nothing else is', (t) => {
  const seen = { left: 0, read: 0 };
  const law = fc.property(fc.array(token, { maxLength: 40 }), fc.nat(3), (all, by) => {
    const json = all.join('');
    // Between quotes there is none that is not escaped.
    fc.pre(endOfString(Buffer.from(`${json}"`), 0) === Buffer.byteLength(json));
    const text = parsed(json);
    // What it writes as \u is not looked into: it is read.
    const isOwn = text !== null && JSON.stringify(text) === `"${json}"` && !json.replaceAll('\\\\', '').includes('\\u');
    for (const left of [leaveWords(shifted(json, by)), json === '' ? null : leaveUnread([shifted(json, by)])]) {
      if (json === '' && left === null) continue;
      seen[left === null ? 'read' : 'left'] += 1;
      t.equal(left !== null, isOwn, json);
      if (left !== null) t.equal(textOf(left), text);
    }
  });
  fc.assert(law, { numRuns: 5000 });
  t.ok(seen.left > 3000 && seen.read > 500, JSON.stringify(seen));
  t.end();
});

t.test('a foreign escape is found wherever it stands in a long text', (t) => {
  for (const fill of ['a', '\\n']) {
    for (let at = 0; at < 200; at += 1) {
      for (const by of [0, 1]) {
        const before = fill.repeat(at);
        t.equal(leaveWords(shifted(`${before}\\/${'b'.repeat(100)}`, by)), null);
        t.not(leaveWords(shifted(`${before}\\\\/${'b'.repeat(100)}`, by)), null);
        t.equal(leaveWords(shifted(`${'b'.repeat(70)}${before}\\u0041`, by)), null);
      }
    }
  }
  t.end();
});

t.test('so are long texts in pieces, however they look', (t) => {
  const seen = { left: 0, read: 0 };
  const long = fc.constantFrom('a'.repeat(33_000), 'data:image/png;base64,', `data:x,${'Zm9v'.repeat(9000)}`, 'line\\n'.repeat(7000), 'é'.repeat(17_000));
  const law = fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: token }, long), { minLength: 1, maxLength: 12 }), fc.nat(3), (all, by) => {
    const json = all.join('');
    fc.pre(endOfString(Buffer.from(`${json}"`), 0) === Buffer.byteLength(json));
    // A lone backslash makes one escape of two tokens, which no piece ends within.
    const pieces = all.includes('\\') ? [shifted(json, by)] : all.map((one) => shifted(one, by));
    const text = parsed(json);
    const isOwn = text !== null && JSON.stringify(text) === `"${json}"` && !json.replaceAll('\\\\', '').includes('\\u');
    const left = leaveUnread(pieces);
    seen[left === null ? 'read' : 'left'] += 1;
    t.ok((left !== null) === isOwn && (left === null || textOf(left) === text), json.slice(0, 200));
  });
  fc.assert(law, { numRuns: 1000 });
  t.ok(seen.left > 300 && seen.read > 100, JSON.stringify(seen));
  t.end();
});
