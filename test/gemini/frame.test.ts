import fc from 'fast-check';
import t from 'tap';
import { readFrame, readPlainFrame, readSaid, type FrameReading } from '../../src/gemini/frame.ts';
import { readModelPage } from '../../src/gemini/read-model-page.ts';
import { plainTextOf } from '../../src/gemini/plain-text.ts';
import { parseFrames, parseLongFrame } from '../../src/gemini/parse-frames.ts';
import { asName } from '../support/as-name.ts';

const frameOf = (value: unknown): unknown => {
  const reading = readFrame(value);
  return reading.kind === 'frame' ? reading.frame : reading.kind;
};

const withParts = (...parts: readonly unknown[]): object => ({ candidates: [{ content: { role: 'model', parts } }] });
const partsOf = (...parts: readonly unknown[]): object => ({ candidates: [{ content: { parts } }] });

const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

type Row = readonly [why: string, value: unknown, frame: unknown];

const rows: readonly Row[] = [
  ['an empty list of candidates', { candidates: [] }, { candidates: [] }],
  ['usage alone', { usageMetadata: { promptTokenCount: 3 } }, { usageMetadata: { promptTokenCount: 3 } }],
  ['a block without ratings', { promptFeedback: { blockReason: 'SAFETY' } }, { promptFeedback: { blockReason: 'SAFETY' } }],
  ['a frame alone in a list', [{ candidates: [] }], { candidates: [] }],
  ['a model version that is no text', { candidates: [], modelVersion: 4 }, { candidates: [] }],
  ['a model version', { candidates: [], modelVersion: 'gemini-4' }, { candidates: [], modelVersion: 'gemini-4' }],
  ['fields that nobody knows', { candidates: [], turnToken: 'abc', modelStatus: { stage: 1 } }, { candidates: [] }],
  ['candidates that are null, beside usage', { candidates: null, usageMetadata: {} }, { usageMetadata: {} }],
  ['candidates that are no objects', { candidates: [null, 'a', 1, []] }, { candidates: [] }],
  ['a candidate without content', { candidates: [{ finishReason: 'STOP' }] }, { candidates: [{ finishReason: 'STOP' }] }],
  ['content without parts', { candidates: [{ content: { role: 'model' } }] }, { candidates: [{}] }],
  ['content that is null', { candidates: [{ content: null, index: 1 }] }, { candidates: [{ index: 1 }] }],
  ['parts that are null', { candidates: [{ content: { parts: null } }] }, { candidates: [{}] }],
  ['a finish reason of the future', { candidates: [{ finishReason: 'BORED' }] }, { candidates: [{ finishReason: 'BORED' }] }],
  ['a finish reason by number', { candidates: [{ finishReason: 2 }] }, { candidates: [{ finishReason: 'MAX_TOKENS' }] }],
  ['a finish reason by a number of the future', { candidates: [{ finishReason: 99 }] }, { candidates: [{ finishReason: 'OTHER' }] }],
  ['a block reason by number', { promptFeedback: { blockReason: 4 } }, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
  ['a finish reason that is a list', { candidates: [{ finishReason: ['STOP'], index: 1 }] }, { candidates: [{ index: 1 }] }],
  ['an index that is a text', { candidates: [{ index: '1', finishReason: 'STOP' }] }, { candidates: [{ finishReason: 'STOP' }] }],
  ['a text', withParts({ text: 'a' }), partsOf({ text: 'a' })],
  ['a part that nobody knows', withParts({ hologram: {} }, { text: 'a' }), partsOf({ hologram: {} }, { text: 'a' })],
  ['a text that is a number', withParts({ text: 5 }, { text: 'a' }), partsOf({ text: 'a' })],
  ['parts that are no objects', withParts(null, 'a', ['b'], { text: 'c' }), partsOf({ text: 'c' })],
  ['nulls in a part', withParts({ text: 'a', functionCall: null, thought: null }), partsOf({ text: 'a' })],
  ['a call without arguments', withParts({ functionCall: { name: 'f' } }), partsOf({ functionCall: { name: 'f' } })],
  ['a call whose arguments are a text', withParts({ functionCall: { name: 'f', args: '{}' } }), { ...partsOf(), lost: 'a tool call that is none' }],
  ['a picture without its type', withParts({ inlineData: { data: 'AA==' } }, { text: 'a' }), partsOf({ text: 'a' })],
  ['a picture without data', withParts({ inlineData: { mimeType: 'image/png' } }), partsOf()],
  ['a file without its address', withParts({ fileData: { mimeType: 'image/png' } }), partsOf()],
  ['a thought with its signature', withParts({ text: '', thought: true, thoughtSignature: 'abc' }), partsOf({ text: '', thought: true, thoughtSignature: 'abc' })],
  ['a signature that is an object', withParts({ text: 'a', thoughtSignature: {} }), partsOf()],
  ['code and what it gave', withParts({ executableCode: { code: 'a' } }, { codeExecutionResult: { outcome: 'OUTCOME_OF_THE_FUTURE' } }), partsOf({ executableCode: { code: 'a' } }, { codeExecutionResult: { outcome: 'OUTCOME_OF_THE_FUTURE' } })],
  ['counts that are texts', { usageMetadata: { promptTokenCount: '3', totalTokenCount: 4 } }, { usageMetadata: { totalTokenCount: 4 } }],
  ['counts that are null', { usageMetadata: { promptTokenCount: null, totalTokenCount: 4 } }, { usageMetadata: { totalTokenCount: 4 } }],
  ['usage that is a list', { candidates: [], usageMetadata: [] }, { candidates: [], usageMetadata: {} }],
  ['feedback that is a text', { candidates: [], promptFeedback: 'no' }, { candidates: [], promptFeedback: {} }],
  ['grounding of a wrong shape', { candidates: [{ groundingMetadata: { groundingChunks: 'none' }, finishReason: 'STOP' }] }, { candidates: [{ finishReason: 'STOP' }] }],
  ['grounding in maps', { candidates: [{ groundingMetadata: { groundingChunks: [{ maps: { uri: 'a' } }] } }] }, { candidates: [{ groundingMetadata: { groundingChunks: [{ maps: { uri: 'a' } }] } }] }],
  ['nulls inside a part', withParts({ functionCall: { id: null, name: 'f', args: { a: null } } }, { executableCode: { language: null, code: 'a' } }), partsOf({ functionCall: { name: 'f', args: { a: null } } }, { executableCode: { code: 'a' } })],
  ['nulls inside grounding', { candidates: [{ groundingMetadata: { groundingChunks: [{ web: { uri: null, title: 'a' } }], groundingSupports: [{ segment: null }] } }] }, { candidates: [{ groundingMetadata: { groundingChunks: [{ web: { title: 'a' } }], groundingSupports: [{}] } }] }],
  ['nulls inside counts', { usageMetadata: { promptTokensDetails: [{ modality: null, tokenCount: 3 }] } }, { usageMetadata: { promptTokensDetails: [{ tokenCount: 3 }] } }],
  ['counts that no token has', JSON.parse('{"usageMetadata":{"promptTokenCount":1e999,"candidatesTokenCount":-1,"thoughtsTokenCount":1.5,"totalTokenCount":4}}'), { usageMetadata: { totalTokenCount: 4 } }],
  ['an index that is none', JSON.parse('{"candidates":[{"index":-1},{"index":1.5},{"index":1e999},{"index":2}]}'), { candidates: [{}, {}, {}, { index: 2 }] }],
  ['a log probability that JSON cannot write', JSON.parse('{"candidates":[{"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":1e999}]},"index":0}]}'), { candidates: [{ index: 0 }] }],
  [
    'tokens that never come, as protobuf writes them',
    JSON.parse('{"candidates":[{"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1e999}],"topCandidates":[{"candidates":[{"token":"b","logProbability":"-Infinity"},{"token":"c","logProbability":-1}]}]},"index":0}]}'),
    { candidates: [{ logprobsResult: { chosenCandidates: [{ token: 'a', logProbability: -9999 }], topCandidates: [{ candidates: [{ token: 'b', logProbability: -9999 }, { token: 'c', logProbability: -1 }] }] }, index: 0 }] },
  ],
  [
    'grounding of which a part is wrong: the rest is taken, and sources keep their places',
    { candidates: [{ groundingMetadata: { webSearchQueries: ['q', 5], groundingChunks: [{ web: { uri: 5, title: 'a' } }, 7, { maps: { uri: 'https://b' } }], groundingSupports: [{ segment: { startIndex: -1, endIndex: 3, text: 'abc' }, groundingChunkIndices: [-1, 0, 2] }, 'x', { segment: 5, groundingChunkIndices: [2] }], retrievalMetadata: {} } }] },
    { candidates: [{ groundingMetadata: { webSearchQueries: ['q'], groundingChunks: [{ web: { title: 'a' } }, {}, { maps: { uri: 'https://b' } }], groundingSupports: [{ segment: { endIndex: 3, text: 'abc' }, groundingChunkIndices: [0, 2] }, {}, { groundingChunkIndices: [2] }], retrievalMetadata: {} } }] },
  ],
  ['a media type that would end its address', withParts({ inlineData: { mimeType: 'image/png)\n![x](http://x.example', data: 'AAAA' } }), partsOf()],
  ['a media type with parameters', withParts({ inlineData: { mimeType: 'audio/L16; codec=pcm;rate=24000', data: 'AAAA' } }), partsOf({ inlineData: { mimeType: 'audio/L16; codec=pcm;rate=24000', data: 'AAAA' } })],
  ['arguments too deep to be walked', withParts({ functionCall: { name: 'f', args: deep(101) } }, { toolCall: deep(100_000) }, { text: 'a' }), { ...partsOf({ text: 'a' }), lost: 'a tool call whose arguments are nested more than 100 levels deep' }],
  ['arguments as deep as may be', withParts({ functionCall: { name: 'f', args: deep(99) } }), partsOf({ functionCall: { name: 'f', args: deep(99) } })],
  ['a finish message that names keys and projects', { candidates: [{ finishMessage: "AIzaMadeUpKey0123456789 of projects/123456 is out, see https://x.example/a" }] }, { candidates: [{ finishMessage: '[…] of […] is out, see […]' }] }],
  ['logprobs of a wrong shape', { candidates: [{ logprobsResult: { chosenCandidates: [{ token: 1 }] }, index: 0 }] }, { candidates: [{ index: 0 }] }],
];

t.test('a frame is read for what is sound in it', (t) => {
  for (const [why, value, frame] of rows) t.strictSame(frameOf(value), frame, why);
  t.end();
});

const field = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant({}), fc.constant([]));
const rightOr = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: field });
const someOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(fields, { requiredKeys: [] });
const anyPart = someOf({
  text: rightOr(fc.string()),
  thought: rightOr(fc.boolean()),
  thoughtSignature: rightOr(fc.string()),
  functionCall: rightOr(someOf({ name: rightOr(fc.string()), args: rightOr(fc.dictionary(fc.string(), field)) })),
  inlineData: rightOr(fc.record({ mimeType: fc.constantFrom('image/png', 'x'), data: fc.base64String() })),
  hologram: field,
});
const anyCandidate = someOf({
  content: rightOr(someOf({ role: fc.constant('model'), parts: rightOr(fc.array(anyPart)) })),
  index: rightOr(fc.nat()),
  finishReason: rightOr(fc.constantFrom('STOP', 'SAFETY')),
  finishMessage: rightOr(fc.string()),
  avgLogprobs: field,
});
const anyFrame = someOf({
  candidates: rightOr(fc.array(rightOr(anyCandidate))),
  usageMetadata: rightOr(someOf({ promptTokenCount: rightOr(fc.nat()), promptTokensDetails: rightOr(fc.array(rightOr(someOf({ modality: rightOr(fc.string()), tokenCount: rightOr(fc.nat()) })), { maxLength: 2 })), serviceTier: rightOr(fc.string()) })),
  modelVersion: rightOr(fc.string()),
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A null is no value, but what holds one is looked into: it never takes the short way of frames that are all right. */
const withNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withNulls);
  if (typeof value !== 'object' || value === null) return value;
  return { nothing: null, ...Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === 'args' ? one : withNulls(one)])) };
};

t.test('a frame that is all right is read as one that must be looked into', (t) => {
  fc.assert(
    fc.property(anyFrame, (value) => {
      t.strictSame(frameOf(plain(value)), frameOf(withNulls(plain(value))));
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('a frame of one text and nothing else is told from all others', (t) => {
  const texts: readonly (readonly [value: unknown, text: string | null])[] = [
    [withParts({ text: 'a' }), 'a'],
    [{ ...partsOf({ text: 'a' }), usageMetadata: { totalTokenCount: 1 }, modelVersion: 'gemini-4' }, 'a'],
    [{ candidates: [{ index: 0, content: { parts: [{ text: 'a' }] } }] }, 'a'],
    [{ candidates: [{ index: 1, content: { parts: [{ text: 'a' }] } }] }, null],
    [{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }] }, null],
    [{ ...partsOf({ text: 'a' }), promptFeedback: { blockReason: 'SAFETY' } }, null],
    [{ candidates: [{ content: { parts: [{ text: 'a' }] } }, { index: 1 }] }, null],
    [withParts({ text: '' }), null],
    [withParts({ text: 'a' }, { text: 'b' }), null],
    [withParts({ text: 'a', thought: true }), null],
    [withParts({ text: 'a', thoughtSignature: 'abc' }), null],
    [withParts({ functionCall: { name: 'f' } }), null],
    [withParts({ text: 'a' }, { functionCall: { name: 'f', args: '{}' } }), null],
    [partsOf(), null],
    [{ usageMetadata: {} }, null],
  ];
  for (const [value, text] of texts) {
    const reading = readFrame(value);
    t.equal(reading.kind === 'frame' ? plainTextOf(reading.frame) : reading.kind, text, asName(value));
  }
  fc.assert(
    fc.property(anyFrame, (value) => {
      const [frame, said] = [readPlainFrame(plain(value)), readSaid(plain(value))];
      t.strictSame(said, frame === null || plainTextOf(frame) === null ? null : { text: plainTextOf(frame), usage: frame.usageMetadata }, 'in short');
      if (frame === null) return;
      t.strictSame(frame, frameOf(withNulls(plain(value))));
      t.equal(plainTextOf(frame) ?? '', frame.candidates?.[0]?.content?.parts?.[0]?.text);
    }),
    { numRuns: 500 },
  );
  t.end();
});

const longData = fc.integer({ min: 49_000, max: 49_400 }).chain((length) => fc.nat({ max: 255 }).map((byte) => Buffer.alloc(length, byte).toString('base64')));
const longPart = fc.oneof(
  longData.map((data) => ({ inlineData: { mimeType: 'image/png', data } })),
  longData.map((data) => ({ text: data })),
  longData.map((data) => ({ functionCall: { name: 'f', args: { data, more: 1 } } })),
  longData.map((data) => ({ inlineData: { mimeType: 'image/png', data: `${data}"\\\n` } })),
  fc.string({ unit: 'binary' }).map((text) => ({ text })),
  fc.constantFrom('media-aside-0', '\\', '"', 'a\\"').map((text) => ({ text })),
);
const longBody = fc.array(fc.array(longPart, { maxLength: 4 }), { maxLength: 3 }).map((all) => ({ candidates: all.map((parts, index) => ({ content: { parts }, index })), modelVersion: '\\' }));

type Said = { readonly text?: string };

/** Texts that follow each other are one: around the length from which a body is long it depends on its pieces which come joined. */
const joinTexts = (parts: readonly Said[]): readonly Said[] =>
  parts.reduce<Said[]>((joined, part) => {
    const last = joined.at(-1);
    if (part.text === undefined || last?.text === undefined) joined.push(part);
    else joined[joined.length - 1] = { text: last.text + part.text };
    return joined;
  }, []);

const joined = (readings: readonly FrameReading[]): unknown =>
  JSON.parse(JSON.stringify(readings), (name, value: unknown) => (name === 'parts' ? joinTexts(value as readonly Said[]) : value));

/** What is read of a body that came in pieces of so many bytes; texts that nobody has read are read. */
const inPieces = async (json: string, bytes = Infinity): Promise<readonly FrameReading[]> => {
  const whole = Buffer.from(json);
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < whole.length || pieces.length === 0; from += bytes) pieces.push(whole.subarray(from, from + bytes));
  const readings: FrameReading[] = [];
  for await (const reading of parseLongFrame(pieces)) readings.push(reading);
  return JSON.parse(JSON.stringify(readings)) as readonly FrameReading[];
};

t.test('a long body is read the same with its pictures left out of the parse', async (t) => {
  await fc.assert(
    fc.asyncProperty(longBody, fc.constantFrom(undefined, 1), fc.integer({ min: 1, max: 60_000 }), async (body, indent, bytes) => {
      const json = JSON.stringify(body, null, indent);
      const whole = joined([...parseFrames(json)]);
      t.strictSame(joined(await inPieces(json)), whole);
      t.strictSame(joined(await inPieces(json, Math.max(bytes, Math.ceil(json.length / 50)))), whole);
    }),
    { numRuns: 60 },
  );
  const whole = '{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]}';
  for (const json of ['', '{', '{"a":"', whole.slice(0, -1), whole]) t.strictSame(await inPieces(json), [...parseFrames(json)], json);
});

t.test('a long frame is read the same with its lists cut: parts, log probabilities, sources, one frame a line', async (t) => {
  const many = (one: (at: number) => unknown) => Array.from({ length: 6000 }, (_, at) => one(at));
  const token = (at: number) => ({ token: `t${at}`, logProbability: -0.25 });
  const source = (at: number) => ({ web: { uri: `https://a.example/${at}`, title: 'a' } });
  const frames = [
    { candidates: [{ content: { parts: many((at) => ({ text: `${at}`, thought: at % 2 === 0 })) }, finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 3 } },
    { candidates: [{ content: { parts: [{ text: 'a' }] }, logprobsResult: { chosenCandidates: many(token), topCandidates: many((at) => ({ candidates: [token(at)] })) } }] },
    { candidates: [{ content: { parts: [{ text: 'a' }] }, groundingMetadata: { groundingChunks: many(source), groundingSupports: many((at) => ({ segment: { endIndex: at }, groundingChunkIndices: [at] })) } }, { index: 1, content: { parts: many((at) => ({ functionCall: { name: 'f', args: { at } } })) } }] },
    { error: { code: 400, message: 'no', details: many((at) => ({ reason: `${at}` })) } },
  ];
  for (const indent of [undefined, 1]) {
    for (const frame of frames) {
      for (const value of [frame, [frame]]) {
        const json = JSON.stringify(value, null, indent);
        t.ok(JSON.stringify(await inPieces(json)) === JSON.stringify([...parseFrames(json)]), asName(json.slice(0, 80)));
      }
    }
  }
  const lines = frames.map((frame) => JSON.stringify(frame)).join('\n');
  t.ok(JSON.stringify(await inPieces(lines)) === JSON.stringify([...parseFrames(lines)]), 'one frame a line');
  t.same(await inPieces(`{"candidates":[{"content":{"parts":[${'{},'.repeat(262_144)}{}]}}]}`), [{ kind: 'unreadable' }], 'more parts than any answer has');
});

t.test('what is no frame is unreadable', (t) => {
  for (const value of [null, undefined, 1, '', 'text', true, [], [1], [{ candidates: [] }, { candidates: [] }], {}, { models: [] }, { error: 'text' }, { error: null }])
    t.strictSame(readFrame(value), { kind: 'unreadable' }, asName(value));
  t.end();
});

t.test('an error is found alone, in a list, and beside candidates', (t) => {
  const error = { code: 503, message: 'later' };
  for (const value of [{ error }, [{ error }], { candidates: [], error }]) t.strictSame(readFrame(value), { kind: 'error', error });
  t.end();
});

const kinds = (json: string): readonly FrameReading['kind'][] => [...parseFrames(json)].map(({ kind }) => kind);

t.test('the data of one event may be one frame, one over several lines, or one frame a line', (t) => {
  const cases: readonly (readonly [string, readonly FrameReading['kind'][]])[] = [
    ['{"candidates":[]}', ['frame']],
    ['{"candidates":\n[]}', ['frame']],
    ['{"candidates":[]}\n{"candidates":[]}', ['frame', 'frame']],
    ['{"candidates":[]}\n[DONE]', ['frame', 'unreadable']],
    ['{"candidates":[]}\n{"error":{}}', ['frame', 'error']],
    ['[DONE]', ['unreadable']],
    ['{"candidates":[', ['unreadable']],
    ['', ['unreadable']],
    ['null', ['unreadable']],
  ];
  for (const [json, expected] of cases) t.same(kinds(json), expected, json);
  t.end();
});

t.test('deep nesting is read without trouble', (t) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  t.same(kinds(`{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":${deep}}}}]}}]}`), ['frame']);
  t.end();
});

t.test('a name from the prototype is no field', (t) => {
  const reading = readFrame(JSON.parse('{"candidates":[{"__proto__":{"finishReason":"STOP"},"constructor":1,"index":null}]}'));
  const candidate = reading.kind === 'frame' ? reading.frame.candidates?.[0] : undefined;
  t.ok(candidate);
  t.equal(candidate?.finishReason, undefined);
  t.strictSame(frameOf(JSON.parse('{"__proto__":{"candidates":[]},"usageMetadata":{}}')), { usageMetadata: {} });
  t.end();
});

t.test('a page of models is read, entries without a name left out', (t) => {
  const cases: readonly (readonly [unknown, unknown])[] = [
    [{ models: [{ name: 'models/a', extra: 1 }, { displayName: 'b' }, null, { name: 5 }] }, { models: [{ name: 'models/a', extra: 1 }], next: null }],
    [{ models: [{ name: 'models/a', inputTokenLimit: 'many' }] }, { models: [], next: null }],
    [{ models: [], nextPageToken: 'x' }, { models: [], next: 'x' }],
    [{ nextPageToken: '' }, { models: [], next: null }],
    [{ nextPageToken: 5 }, { models: [], next: null }],
    [{}, { models: [], next: null }],
    [{ models: 'none' }, null],
    [[], null],
    [null, null],
  ];
  for (const [value, page] of cases) t.strictSame(readModelPage(value), page, asName(value));
  t.end();
});
