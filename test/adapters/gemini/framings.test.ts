import fc from 'fast-check';
import t from 'tap';
import { bodySplitter, type Framing } from '../../../src/adapters/gemini/body-values.ts';
import { isUnread } from '../../../src/kernel/unread-text.ts';
import { framesAtOnce } from '../../../src/adapters/gemini/frames-at-once.ts';
import { geminiFrames } from '../../../src/adapters/gemini/gemini-frames.ts';
import { E } from '../../../src/kernel/fp.ts';
import { caught } from '../../../src/kernel/proxy-error.ts';
import type { Said } from '../../../src/gemini/plain-text.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import type { FrameStream } from '../../../src/ports/capabilities.ts';
import { call, clientOf, outcomeOf, startedEmulator, textOf } from '../../support/client-calls.ts';
import { randomCuts, seeded } from '../../support/random.ts';
import { readAll, type ReadFrames } from '../../support/read-frames.ts';
import { asName } from '../../support/as-name.ts';

type BodyValue = { readonly json: string; readonly framing: Framing };

const valuesOf = (pieces: readonly Buffer[]): readonly BodyValue[] => {
  const { feed, end, framing } = bodySplitter();
  const given = pieces.flatMap((piece) => feed(piece));
  const last = end();
  return [...given, ...('long' in last ? [Buffer.concat(last.long).toString()] : last)].map((json) => ({ json, framing: framing() }));
};

const one = '{"a":"Grüße 👋 \\"]}{[\\\\"}';
const two = '{"b":[{"c":[]},"data: x"]}';

type Row = readonly [form: string, body: string, framing: BodyValue['framing'], values: readonly string[]];

const rows: readonly Row[] = [
  ['events with CRLF', `data: ${one}\r\n\r\ndata: ${two}\r\n\r\n`, 'stream', [one, two]],
  ['events with LF', `data: ${one}\n\ndata: ${two}\n\n`, 'stream', [one, two]],
  ['events with CR', `data: ${one}\r\rdata: ${two}\r\r`, 'stream', [one, two]],
  ['events without a space', `data:${one}\n\ndata:${two}\n\n`, 'stream', [one, two]],
  ['events after a comment and an event name', `: hello\nevent: message\nid: 1\nretry: 10\ndata: ${one}\n\n`, 'stream', [one]],
  ['an event of several lines', 'data: {"a":\ndata: 1}\n\n', 'stream', ['{"a":\n1}']],
  ['a last event that is not ended', `data: ${one}\r\n\r\ndata: ${two}`, 'stream', [one, two]],
  ['a last event with half an end', `data: ${one}\r\n\r\ndata: ${two}\r\n`, 'stream', [one, two]],
  ['events after empty lines', `\r\n\r\ndata: ${one}\r\n\r\n`, 'stream', [one]],
  ['events with the closing word of others', `data: ${one}\n\ndata: [DONE]\n\n`, 'stream', [one, '[DONE]']],
  ['an array', `[${one},\r\n${two}]`, 'stream', [one, two]],
  ['an array on lines of its own', `[\n${one}\n,\n${two}\n]\n`, 'stream', [one, two]],
  ['an array in an array', `[[${one}]]`, 'stream', [`[${one}]`]],
  ['an empty array', '[]', 'stream', []],
  ['an array that breaks off', `[${one},{"b":`, 'stream', [one]],
  ['one object', one, 'whole', [one]],
  ['one object after white space', ` \r\n${one}`, 'whole', [one]],
  ['one object that breaks off', '{"a":', 'whole', ['{"a":']],
  ['nothing', '', 'whole', []],
  ['white space', ' \r\n\r\n ', 'whole', []],
];

t.test('every form of a body gives its values', (t) => {
  for (const [form, body, framing, values] of rows) t.same(valuesOf([Buffer.from(body)]), values.map((json) => ({ json, framing })), form);
  t.end();
});

t.test('where the bytes are cut makes no difference', (t) => {
  const random = seeded(7);
  for (const [form, body, framing, values] of rows) {
    const expected = values.map((json) => ({ json, framing }));
    for (const most of [1, 2, 3, 7, 20]) t.same(valuesOf(randomCuts(Buffer.from(body), most, random)), expected, `${form}, pieces of ${most}`);
  }
  t.end();
});

async function* piecesOf(body: Buffer, random: () => number, most: number): AsyncGenerator<Buffer, void, undefined> {
  yield* randomCuts(body, most, random);
}

/** The same pieces from a body that can be poured, some at a time. */
const pouredPieces = (body: Buffer, random: () => number) => {
  const pieces = piecesOf(body, random, 40);
  const pour = async (take: (pieces: readonly Buffer[]) => boolean): Promise<void> => {
    for (;;) {
      const some: Buffer[] = [];
      for (let most = 1 + Math.floor(random() * 3); some.length < most; ) {
        const next = await pieces.next();
        if (next.done === true) break;
        some.push(next.value);
      }
      if (some.length === 0 || !take(some) || random() < 0.2) return;
    }
  };
  return Object.assign(pieces, { pour });
};

const frameOf = ({ text, usage }: Said): Frame => ({
  candidates: [{ content: { parts: [{ text }] } }],
  ...(usage === undefined ? {} : { usageMetadata: typeof usage === 'function' ? usage() : usage }),
});

/** `readAll`, poured wherever that may be done; what is told in short, where `says` takes it so. */
const pourAll = async (frames: FrameStream, says: () => boolean): Promise<ReadFrames> => {
  const all: Frame[] = [];
  try {
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      all.push(...next.value);
      await frames.pour?.(
        (batch) => all.push(...batch) % 4 > 0,
        (said) => (says() ? all.push(frameOf(said)) % 4 > 0 : null),
      );
    }
    return { frames: all, error: null };
  } catch (cause) {
    return { frames: all, error: caught(cause) };
  }
};

const framings = {
  whole: (values) => values.join(''),
  'on lines': (values) => values.map((value) => JSON.stringify(JSON.parse(value), null, 2)).join('\n'),
  events: (values) => values.map((value) => `data: ${value}\r\n\r\n`).join(''),
  'events of several lines': (values) => values.map((value) => `data: ${JSON.stringify(JSON.parse(value), null, 1).replaceAll('\n', '\ndata: ')}\n\n`).join(''),
  array: (values) => `[${values.join(',\n')}]`,
  'behind white space': (values) => `\r\n ${values.join('')}`,
  'behind a mark of byte order': (values) => `\ufeff${values.join('')}`,
  'cut off': (values) => values.join('').slice(0, -3),
  'events with a bare error': (values) => `${values.map((value) => `data: ${value}\n\n`).join('')}{"error":{"code":503}}`,
} satisfies Readonly<Record<string, (values: readonly string[]) => string>>;

const following = { meter: null, failed: (cause: unknown) => cause, over: () => undefined };
const atOnceWith = (mayBegin: boolean) => ({ failed: following.failed, mayBegin });

t.test('a short body that is all there, and one that is poured, is read as it is in pieces, whatever it holds', async (t) => {
  const candidate = fc.record(
    { content: fc.constantFrom({ parts: [{ text: 'Grüße 👋' }] }, { parts: [] }, { parts: [{ text: null }] }, null), finishReason: fc.constantFrom('STOP', 'SAFETY', 'MAX_TOKENS') },
    { requiredKeys: [] },
  );
  const value = fc.oneof(
    fc.record({ candidates: fc.array(candidate, { maxLength: 2 }), usageMetadata: fc.constant({ totalTokenCount: 3 }) }, { requiredKeys: [] }),
    fc.constantFrom({ error: { code: 429, message: 'spent' } }, { promptFeedback: { blockReason: 'SAFETY' } }, [], 7, null, [{ candidates: [] }]),
  );
  const body = fc.tuple(fc.constantFrom(...Object.values(framings)), fc.array(value, { maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(body, fc.integer(), async ([frame, values], seed) => {
      const bytes = Buffer.from(frame(values.map((one) => JSON.stringify(one))));
      const inPieces = geminiFrames(piecesOf(bytes, seeded(seed), 40), 'gemini-3.5-flash', following);
      const atOnce = framesAtOnce(randomCuts(bytes, 40, seeded(seed)), 'gemini-3.5-flash', atOnceWith(false));
      const { ready } = atOnce;
      const read = await readAll(atOnce);
      const begun = framesAtOnce(randomCuts(bytes, 40, seeded(seed)), 'gemini-3.5-flash', atOnceWith(true));
      t.same(await readAll(begun), read, 'begun');
      t.same(read, await readAll(inPieces), asName(bytes.toString()));
      t.same(ready, read.error === null ? read.frames : undefined, 'ready where nothing went wrong');
      const poured = geminiFrames(pouredPieces(bytes, seeded(seed)), 'gemini-3.5-flash', following);
      const random = seeded(seed + 1);
      t.same(await pourAll(poured, () => random() < 0.7), read, 'poured');
    }),
    { numRuns: 500 },
  );
});

t.test('an answer whose text is left unread says what it says when it is read, whatever stands in it and around it', async (t) => {
  const words = 'Grüße 👋 "quoted" \\ 天\n\t'.repeat(12);
  const text = fc.oneof(
    fc.constantFrom(words, 'plain words '.repeat(30), `${'a'.repeat(200)}"text": "b"`, `\u007ftext-aside${'a'.repeat(200)}`, '\u007ftext-aside', '\u0001'.repeat(200), '\ud83d'.repeat(200), `${'a'.repeat(200)}\\`, 'short', ''),
    fc.string({ unit: 'binary', minLength: 120, maxLength: 300 }),
  );
  const said = fc.oneof(
    { weight: 9, arbitrary: text.map((one) => ({ text: one })) },
    text.map((one) => ({ text: one, thoughtSignature: 'c2ln' })),
    text.map((one) => ({ text: one, thought: true })),
    text.map((one) => ({ functionCall: { name: 'a', args: { text: one } } })),
    text.map((one) => ({ executableCode: { code: one } })),
  );
  const candidate = fc.record({ content: fc.record({ parts: fc.oneof({ weight: 3, arbitrary: fc.tuple(said) }, fc.tuple(said, said)) }), finishReason: fc.constantFrom('STOP', 'STOP', 'MAX_TOKENS', 7, null), avgLogprobs: fc.constant(-0.1) }, { requiredKeys: ['content'] });
  const value = fc.record(
    {
      sdkText: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.record({ text })),
      candidates: fc.oneof({ weight: 5, arbitrary: fc.tuple(candidate) }, fc.tuple(candidate, candidate)),
      usageMetadata: fc.constant({ totalTokenCount: 3 }),
      error: fc.constantFrom(undefined, undefined, undefined, { code: 429, message: 'spent' }),
      modelVersion: text,
    },
    { requiredKeys: ['candidates'] },
  );
  const lastCharacter = (json: string): string => json.replace(/a(?=")/, '\\u0061');
  const asWritten = fc.constantFrom<(json: string) => string>((json) => json, (json) => JSON.stringify(JSON.parse(json), null, 2), lastCharacter, (json) => json.replaceAll('/', '\\/'), (json) => json.replaceAll('":', '" :'), (json) => `\ufeff${json}`, (json) => json.slice(0, -2));
  const told = (all: ReadFrames): unknown => JSON.parse(JSON.stringify(all));
  const isLeft = ({ candidates }: Frame): boolean => isUnread(candidates?.[0]?.content?.parts?.[0]?.text);
  const seen = { unread: 0 };
  await fc.assert(
    fc.asyncProperty(value, asWritten, fc.integer(), fc.boolean(), async (one, write, seed, isBroken) => {
      const bytes = Buffer.from(write(JSON.stringify(one)));
      // A byte that is no UTF-8, in the middle of whatever stands there.
      if (isBroken && seed % 3 === 0) bytes[bytes.length >> 1] = 0xff;
      const atOnce = framesAtOnce(randomCuts(bytes, 400, seeded(seed)), 'gemini-3.5-flash', atOnceWith(false));
      if (atOnce.ready?.some(isLeft) === true) seen.unread += 1;
      t.same(told(await readAll(atOnce)), told(await readAll(geminiFrames(piecesOf(bytes, seeded(seed), 400), 'gemini-3.5-flash', following))), asName(bytes.toString()));
    }),
    { numRuns: 600 },
  );
  t.ok(seen.unread > 20, `${seen.unread} were left unread`);
});

t.test('a long body that is all there is read as it is in pieces: at once where it is short but for its media', async (t) => {
  const picture = Buffer.alloc(75_000, 7).toString('base64');
  const words = 'Grüße "👋" \\ '.repeat(8000);
  const said = fc.constantFrom({ text: 'Here it is.' }, { text: words }, { text: picture }, { thought: true, text: 'So' }, { text: null });
  const drawn = fc.constantFrom(picture, `${picture}!`, words, null).map((data) => ({ inlineData: { mimeType: 'image/png', data } }));
  const value = fc.record({ candidates: fc.array(fc.record({ content: fc.record({ parts: fc.tuple(said, drawn) }), finishReason: fc.constant('STOP') }), { maxLength: 2 }) });
  const { whole, array, events, 'cut off': cutOff } = framings;
  const body = fc.tuple(fc.constantFrom(whole, whole, whole, array, events, cutOff), fc.array(value, { minLength: 1, maxLength: 2 }));
  const seen = { atOnce: 0, inPieces: 0 };
  const told = (all: ReadFrames): unknown => JSON.parse(JSON.stringify(all));
  await fc.assert(
    fc.asyncProperty(body, fc.integer(), fc.constantFrom(3000, 30_000, 300_000), async ([frame, values], seed, most) => {
      const bytes = Buffer.from(frame(values.map((one) => JSON.stringify(one))));
      const cuts = randomCuts(bytes, most, seeded(seed));
      const atOnce = framesAtOnce(cuts, 'gemini-3.5-flash', atOnceWith(false));
      seen[atOnce.ready === undefined ? 'inPieces' : 'atOnce'] += 1;
      const inPieces = geminiFrames(piecesOf(bytes, seeded(seed), most), 'gemini-3.5-flash', following);
      t.same(told(await readAll(atOnce)), told(await readAll(inPieces)));
    }),
    { numRuns: 150 },
  );
  t.ok(seen.atOnce > 5 && seen.inPieces > 20, JSON.stringify(seen));
});

t.test('lines without data are kept to the end: an error may be among them', (t) => {
  const error = '{\n  "error": {\n    "code": 503\n  }\n}';
  const values = valuesOf([Buffer.from(`data: ${one}\r\n\r\n${error}\n`)]);
  t.equal(values[0]?.json, one);
  t.same(JSON.parse(values.at(-1)?.json ?? ''), { error: { code: 503 } });
  t.end();
});

t.test('an event is given as soon as it is complete', (t) => {
  const { feed } = bodySplitter();
  for (const json of [one, two]) t.same(feed(Buffer.from(`data: ${json}\n\n`)), [json]);
  t.end();
});

t.test('a streamed answer is the same however it is cut on the wire', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  const texts = ['Grüße, ', '你好 👩‍👩‍👧 ', 'مرحبا'];
  const frames = texts.map((text, at) => ({ candidates: [{ content: { parts: [{ text }] }, ...(at === 2 ? { finishReason: 'STOP' } : {}) }] }));
  for (const seed of [1, 2, 3]) {
    emulator.answerWith({ frames, cuts: { seed, most: 9 } }, { times: 1 });
    const { error, frames: read } = await outcomeOf(client, call());
    t.same([error, textOf(read)], [null, texts.join('')], `seed ${seed}`);
  }
});

t.test('several finish reasons, and what comes after them, all pass', async (t) => {
  const emulator = await startedEmulator(t);
  const frame = (text: string, finishReason?: string) => ({ candidates: [{ content: { parts: [{ text }] }, finishReason }] });
  emulator.answerWith([frame('a', 'STOP'), frame('b'), frame('c', 'STOP'), { usageMetadata: { totalTokenCount: 3 } }]);
  const { error, frames } = await outcomeOf(clientOf(t, emulator.url), call());
  t.same([error, textOf(frames), frames.length], [null, 'abc', 4]);
});

t.test('a blocked prompt ends a stream without any finish reason', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.answerWith([{ promptFeedback: { blockReason: 'SAFETY' } }]);
  t.match(await outcomeOf(clientOf(t, emulator.url), call()), { at: 'end', error: null, frames: [{ promptFeedback: { blockReason: 'SAFETY' } }] });
});

t.test('a body of lines that are no events is given up, not kept', (t) => {
  const { feed } = bodySplitter();
  const read = (): void => {
    for (let given = 0; given < 5; given += 1) feed(Buffer.from('a line of a page\n'.repeat(1000)));
  };
  t.match(E.tryCatch(read, caught), E.left({ tag: 'BadAnswer', reason: 'lines that are no events' }));
  t.end();
});
