import fc from 'fast-check';
import t from 'tap';
import { framesAtOnce } from '../../../src/adapters/gemini/frames-at-once.ts';
import { geminiFrames } from '../../../src/adapters/gemini/gemini-frames.ts';
import { likeFrames, saidLike } from '../../../src/gemini/frame-template.ts';
import { readPlainFrame } from '../../../src/gemini/frame.ts';
import { frameTemplate } from '../../../src/gemini/make-template.ts';
import { parsedJson } from '../../../src/gemini/parse-frames.ts';
import { plainTextOf, type Said } from '../../../src/gemini/plain-text.ts';
import type { Frame, UsageMetadata } from '../../../src/gemini/response.ts';
import { latestUsage, tellUsage, usageSoFar, type UsageSoFar } from '../../../src/gemini/usage.ts';
import { withReadUsage } from '../../../src/gemini/template-usage.ts';
import { caught, type ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { FrameStream } from '../../../src/ports/capabilities.ts';
import { asName } from '../../support/as-name.ts';
import { seeded } from '../../support/random.ts';
import { readAll, type ReadFrames } from '../../support/read-frames.ts';

/** Texts as JSON, each of which some server or other writes so. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const inHex = (text: string): string => text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const asGoogle = (text: string): string => escaped(text).replace(/[<>&='/]/g, inHex);
const withSlashes = (text: string): string => escaped(text).replaceAll('/', '\\/');

const texts = ['Hello', ' world', 'Grüße 👋', '天気はいい', '"quoted" \\ and\n\tmore', 'a/b', '<b>it\'s</b>', '"text": "x"', '"}],"role": "model"}', 'totalTokenCount": 7', 'one', 'other', '\ud83d', '\ude00', '\u2028', '\u007f', '\\', '\\"', '', 'one '.repeat(40)];
const text = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...texts) }, fc.string({ unit: 'binary', maxLength: 12 }));
const json = fc.tuple(text, fc.constantFrom(escaped, escaped, escaped, asGoogle, withSlashes, inHex)).map(([said, write]) => write(said));

const total = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(1, 52, 999_999_999_999_999) }, fc.constantFrom(0, 1e15, 1e300));
const counts = fc.record({ prompt: fc.constantFrom(12, 12, 12, 12, 12, 12, 0, 13), candidates: fc.oneof({ weight: 3, arbitrary: fc.nat(200) }, fc.constant(0)), total, thoughts: fc.constantFrom(2, 2, 2, 2, 3, 1) });
type Counts = typeof counts extends fc.Arbitrary<infer A> ? A : never;

/** How all events of one answer look. */
type Look = { readonly colon: string; readonly end: string; readonly usage: (counts: Counts) => string; readonly isUsageFirst: boolean; readonly beside: string };
const withoutUsage = (): string => '';
const asUsage = (fields: (counts: Counts) => Readonly<Record<string, unknown>>) => (told: Counts): string => JSON.stringify(fields(told));
const usages: readonly Look['usage'][] = [
  asUsage(({ prompt, candidates, total }) => ({ promptTokenCount: prompt, candidatesTokenCount: candidates, totalTokenCount: total })),
  asUsage(({ prompt, candidates, total, thoughts }) => ({ promptTokenCount: prompt, ...(thoughts > 1 ? { thoughtsTokenCount: thoughts } : {}), candidatesTokenCount: candidates, totalTokenCount: total, promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }] })),
  asUsage(({ candidates, total }) => ({ candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: candidates }], totalTokenCount: total, serviceTier: 'standard', odd: { totalTokenCount: 4 } })),
  ({ total, candidates }) => `{"totalTokenCount":${total},"totalTokenCount":${candidates}}`,
  ({ candidates }) => `{"totalTokenCount":"${candidates}","promptTokenCount":null,"candidatesTokenCount":${candidates}.5}`,
  ({ total }) => `{"totalTokenCount":${total},"trafficType":"ON_DEMAND","cacheTokensDetails":[{"modality":"TEXT"}]}`,
  withoutUsage,
];
const look: fc.Arbitrary<Look> = fc.record({
  colon: fc.constantFrom(':', ': ', ': ', ' : '),
  end: fc.constantFrom('\r\n\r\n', '\r\n\r\n', '\r\n\r\n', '\n\n', '\n\n', '\r\r'),
  usage: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usages.slice(0, 2), withoutUsage) }, fc.constantFrom(...usages)),
  isUsageFirst: fc.boolean(),
  beside: fc.constantFrom('', '', '', ',"modelVersion":"gemini-3.5-flash","responseId":"rZ5-_a"', ',"responseId":"one"', ',"modelVersion":"é","text":"one"', ',"candidatesTokenCount":5', ',"modelVersion":7'),
});

/** Kinds of events; plain ones nearly always. */
type Kind = (candidate: string) => string;
const plain: Kind = (parts) => `[{"content":{"parts":[${parts}],"role":"model"},"index":0}]`;
const kinds: readonly Kind[] = [
  (parts) => `[{"content":{"parts":[${parts}],"role":"model"},"index":1}]`,
  (parts) => `[{"content":{"parts":[${parts}],"role":"model"},"finishReason":"STOP","index":0}]`,
  (parts) => `[{"content":{"parts":[${parts}],"role":"model"},"finishReason":null}]`,
  (parts) => `[{"content":{"parts":[${parts},${parts}],"role":"model"}}]`,
  (parts) => `[{"content":{"parts":[${parts}]}},{"content":{"parts":[${parts}]},"index":1}]`,
  (parts) => `[{"content":{"parts":[${parts.slice(0, -1)},"thought":true}]}}]`,
  (parts) => `[{"content":{"parts":[${parts.slice(0, -1)},"text":"twice"}]}}]`,
  (parts) => `[{"content":{"parts":[${parts}]},"safetyRatings":[{"category":"x"}],"avgLogprobs":-0.1}]`,
  (parts) => `[{"content":{"parts":[${parts}]}}],"candidates":[{"content":{"parts":[{"text":"twice"}]}}]`,
  (parts) => `[{"content":{"parts":[{"functionCall":{"name":"f","args":${parts}}}]}}]`,
  () => '[{"content":{"parts":[]}}]',
  (parts) => `[{"content":{"parts":[${parts}]}}],"error":{"code":503}`,
  (parts) => `[{"content":{"parts":[${parts}]}}],"promptFeedback":{"blockReason":"SAFETY"}`,
  (parts) => `[{"content":{"parts":[${parts}]}`,
];
const between = [': a comment\n\n', 'data: [DONE]\n\n', 'id: 3\n', '\n', '{"error":{"code":500}}\n\n', 'data: {"text":\ndata: "x"}\n\n'];

const oneEvent = fc.record({ json, counts, kind: fc.oneof({ weight: 20, arbitrary: fc.constant(plain) }, fc.constantFrom(...kinds)), before: fc.oneof({ weight: 14, arbitrary: fc.constant('') }, fc.constantFrom(...between)) });
type OneEvent = typeof oneEvent extends fc.Arbitrary<infer A> ? A : never;

const written = ({ colon, end, usage, isUsageFirst, beside }: Look, one: OneEvent): string => {
  const told = usage(one.counts);
  const parts = one.kind(`{"text":"${one.json}"}`);
  const fields = [`"candidates":${parts}`, ...(told === '' ? [] : [`"usageMetadata":${told}`])];
  const value = `{${(isUsageFirst ? fields.toReversed() : fields).join(',')}${beside.replace('_a"', `${one.counts.candidates % 3}"`)}}`;
  return `${one.before}data: ${colon === ':' ? value : value.replaceAll('":', `"${colon}`)}${end}`;
};

/** An event a piece; or several, or cut anywhere. */
const pieced = (events: readonly Buffer[], random: () => number): readonly Buffer[] => {
  const pieces: Buffer[] = [];
  for (const event of events) {
    const how = random();
    const last = pieces.at(-1);
    const cut = Math.floor(random() * event.length);
    if (how < 0.08 && last !== undefined) pieces[pieces.length - 1] = Buffer.concat([last, event]);
    else if (how < 0.16 && cut > 0) pieces.push(event.subarray(0, cut), event.subarray(cut));
    else pieces.push(event);
  }
  return pieces;
};

/** A frame without what is known of its text beside it. */
const inFull = ({ json: own, ...frame }: Frame): Frame => {
  const text = plainTextOf(frame);
  if (own !== undefined && text === null) throw new Error('not a text alone');
  if (own !== undefined && own !== null && own !== escaped(text ?? '')) throw new Error(`${own} is not how it is written`);
  return frame;
};

const usageless = ({ usageMetadata: _, ...frame }: Frame): Frame => frame;

/** What of a frame is told in short, too. */
const inShort = (frame: Frame): unknown => plainTextOf(frame) ?? usageless(inFull(frame));

/** All of a usage that is read anywhere. */
const readIn = (usageMetadata: UsageMetadata): UsageMetadata => withReadUsage({ usageMetadata }).usageMetadata ?? {};
const usageIn = (frames: readonly Frame[]): UsageMetadata => readIn(frames.reduce<UsageMetadata>((known, frame) => latestUsage(known, frame.usageMetadata), {}));

async function* each(pieces: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* pieces;
}

/** The same pieces from a body that can be poured, one or some at a time. */
const poured = (pieces: readonly Buffer[], random: () => number) => {
  const left = [...pieces];
  const pour = async (take: (some: readonly Buffer[]) => boolean): Promise<void> => {
    while (left.length > 0) if (!take(left.splice(0, random() < 0.7 ? 1 : 3)) || random() < 0.1) return;
  };
  const body = (async function* () {
    for (let next = left.shift(); next !== undefined; next = left.shift()) yield next;
  })();
  return Object.assign(body, { pour });
};

/** What was told; `known`: the usage that was, behind so many frames. */
type Heard = { readonly all: unknown[]; readonly known: (readonly [frames: number, UsageMetadata])[]; readonly usage: UsageSoFar; short: number };

/** Frames that are alike tell their usage by the last of those that go on together. */
const told = ({ frames, error }: ReadFrames) => ({
  frames: frames.map((frame) => usageless(inFull(frame))),
  known: frames.flatMap(({ usageMetadata }, at) => (usageMetadata === undefined ? [] : [[at + 1, usageIn(frames.slice(0, at + 1))] as const])),
  usage: usageIn(frames),
  error,
});

/** The same of frames that were read in full, as far as others told their usage. */
const toldInFull = (full: ReadFrames, { known }: Pick<Heard, 'known'>) => ({ ...told(full), known: known.map(([count]) => [count, usageIn(full.frames.slice(0, count))] as const) });

/** Tells `heard` all that is poured; `says`: whether a text is taken in short. */
const pourAll = async (frames: FrameStream, heard: Heard, says: () => boolean): Promise<ProxyError | null> => {
  const take = (batch: readonly Frame[]): boolean => {
    heard.all.push(...batch.map(inShort));
    for (const { usageMetadata } of batch) tellUsage(heard.usage, usageMetadata);
    heard.known.push([heard.all.length, readIn(usageSoFar(heard.usage))]);
    return heard.all.length % 5 > 0;
  };
  const say = ({ text: said, json: own, usage }: Said): boolean | null => {
    if (own !== null && own !== escaped(said)) throw new Error(`${own} is not how ${said} is written`);
    if (!says()) return null;
    if (own !== null || typeof usage === 'function') heard.short += 1;
    heard.all.push(said);
    tellUsage(heard.usage, usage);
    heard.known.push([heard.all.length, readIn(usageSoFar({ ...heard.usage }))]);
    return heard.all.length % 5 > 0;
  };
  try {
    for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
      take(next.value);
      await frames.pour?.(take, say);
    }
    return null;
  } catch (cause) {
    return caught(cause);
  }
};

const following = { meter: null, failed: (cause: unknown) => cause, over: () => undefined };
const model = 'gemini-3.5-flash';

t.test('what is like the event before it is read as it is in full, whatever it says and whatever comes between', async (t) => {
  const answer = fc.tuple(look, look, fc.array(oneEvent, { minLength: 2, maxLength: 32, size: 'max' }));
  const seen = { events: 0, short: 0, begun: 0, known: 0 };
  await fc.assert(
    fc.asyncProperty(answer, fc.integer(), fc.constantFrom(null, null, 0xe3, 0x01, 0x00, 0x22, 0x5c, 0x30), async ([first, other, events], seed, odd) => {
      const random = seeded(seed);
      const bytes = events.map((one) => Buffer.from(written(random() < 0.9 ? first : other, one)));
      // A byte that is no UTF-8, no JSON, or ends what it stands in, in the midst of an event.
      const broken = bytes[Math.floor(bytes.length * 0.7)];
      if (odd !== null && broken !== undefined) broken[Math.floor(random() * broken.length)] = odd;
      const pieces = pieced(bytes, random);
      const full = await readAll(geminiFrames(each(pieces), model, following));
      const name = asName(String(Buffer.concat(pieces)));
      const { failed } = following;
      const atOnce = await readAll(framesAtOnce(pieces, model, { failed, mayBegin: false }));
      t.same(told(atOnce), toldInFull(full, told(atOnce)), name);
      const stream = framesAtOnce(pieces, model, { failed, mayBegin: true });
      if (stream.begun !== undefined) seen.begun += 1;
      if (stream.begun?.first.every((frame) => frame.json !== undefined) === true) seen.known += 1;
      const begun = await readAll(stream);
      t.same(told(begun), toldInFull(full, told(begun)), name);
      const heard: Heard = { all: [], known: [], usage: { known: {}, told: null }, short: 0 };
      const error = await pourAll(geminiFrames(poured(pieces, random), model, following), heard, () => random() < 0.9);
      const { known } = toldInFull(full, heard);
      t.same({ all: heard.all, known: heard.known, error }, { all: full.frames.map(inShort), known, error: full.error }, name);
      t.same(readIn(usageSoFar(heard.usage)), usageIn(full.frames), name);
      seen.events += events.length;
      seen.short += heard.short;
    }),
    { numRuns: 600 },
  );
  t.ok(seen.short > 150, `${seen.short} of ${seen.events} events were told by their template`);
  t.ok(seen.begun > 100, `${seen.begun} streams had their first text read by itself`);
  t.ok(seen.known > 20, `${seen.known} of them by a template that was there`);
});

const eventOf = (value: string, end = '\r\n\r\n'): string => `data: ${value}${end}`;
const saying = (said: string, beside = ''): string => `{"candidates":[{"content":{"parts":[{"text":"${said}"}]},"index":0}]${beside}}`;

const templates: readonly (readonly [name: string, event: string, isMade: boolean])[] = [
  ['one text', eventOf(saying('Hello')), true],
  ['ended by LF alone', eventOf(saying('Hello'), '\n\n'), true],
  ['ended by CR alone', eventOf(saying('Hello'), '\r\r'), false],
  ['not ended', eventOf(saying('Hello'), '\n'), false],
  ['two events', eventOf(saying('Hello')).repeat(2), false],
  ['a long text', eventOf(saying('word '.repeat(10_000))), true],
  ['more than 4 KB around the text', eventOf(saying('Hello', `,"responseId":"${'x'.repeat(4096)}"`)), false],
  ['another text before it', eventOf(saying('Hello').replace('{', '{"text":"other",')), false],
  ['the text told twice, the last one counts', eventOf(saying('Hello","text":"other')), false],
  ['its list told twice, the last one counts', eventOf(saying('Hello', `,${saying('other').slice(1, -1)}`)), false],
  ['a text like the one it is tried with', eventOf(saying('one')), true],
];

t.test('a template is made of an event where one text is all that it says, and little is kept of it', (t) => {
  for (const [name, event, isMade] of templates) {
    const json = /\{.*\}/.exec(event)?.[0] ?? '';
    const frame = readPlainFrame(parsedJson(json)?.value) ?? { candidates: [{ content: { parts: [{ text: 'Hello' }] } }] };
    const template = frameTemplate(Buffer.from(event), frame);
    t.equal(template !== null, isMade, name);
    t.ok(template === null || (template.bytes.length < 200 && !Buffer.from(template.bytes).includes('ello')), `${name}: its text is not kept`);
  }
  t.end();
});

/** What stands between the quotes; what it says, and whether JSON.stringify writes it so. Null where it is not told so. */
const likenesses: readonly (readonly [json: string | Buffer, said: string | null, isOwn?: boolean])[] = [
  ['Grüße 👋', 'Grüße 👋', true],
  ['a \\"b\\" \\\\ \\n\\t', 'a "b" \\ \n\t', true],
  ['\u007f\u2028', '\u007f\u2028', true],
  ['\\u0041', 'A', false],
  ['a\\/b', 'a/b', false],
  ['\\ud83d', '\ud83d', false],
  [Buffer.from([0x61, 0xe3, 0x62]), 'a\ufffdb', true],
  ['', null],
  ['\\x', null],
  ['a\\', null],
  ['a"', null],
  ...['\u0000', '\u0001', '\t', '\n', '\u001f'].map((control) => [`a${control}b`, null] as const),
];

t.test('an event that is like its template says what stands in the place of its text', (t) => {
  const usage = ',"usageMetadata":{"totalTokenCount":5}';
  const [before, behind] = eventOf(saying('TEXT', usage)).split('TEXT');
  const first = Buffer.from(eventOf(saying('Hello', usage)));
  const frame = readPlainFrame(parsedJson(saying('Hello', usage))?.value) ?? {};
  const template = frameTemplate(first, frame);
  const like = template === null ? null : likeFrames(template, first, frame);
  for (const [json, text, isOwn] of likenesses) {
    const event = Buffer.concat([Buffer.from(before ?? ''), Buffer.from(json), Buffer.from(behind ?? '')]);
    const said = like === null ? null : saidLike(like, event);
    t.equal(said?.text ?? null, text, asName(String(json)));
    t.equal(said?.json ?? null, isOwn === true ? String(json) : null);
  }
  const told = (event: string): unknown => (like === null ? null : saidLike(like, Buffer.from(event)))?.text;
  for (const count of ['7', '12', '999999999999999']) t.equal(told(eventOf(saying('a', usage.replace('5', count)))), 'a', count);
  for (const count of ['0', '07', '-1', '1.5', '1e3', '1000000000000000', 'null', '"5"', ' 5', '']) t.equal(told(eventOf(saying('a', usage.replace('5', count)))), undefined, count);
  const event = eventOf(saying('a', usage));
  for (let end = 0; end < event.length; end += 1) t.equal(told(event.slice(0, end)), undefined, `${end} bytes of it`);
  for (const more of ['x', ' ', '\n', event]) t.equal(told(event + more), undefined, asName(`${more} behind it`));
  t.end();
});

t.test('a first event is read by what others were like, and each answer has its own texts and counts', async (t) => {
  const event = (said: string, count: number, version = 'of-its-own'): Buffer =>
    Buffer.from(eventOf(saying(said, `,"usageMetadata":{"promptTokenCount":${count},"totalTokenCount":${count + 1}},"modelVersion":"${version}"`)));
  const begin = (events: readonly Buffer[]) => framesAtOnce(events, model, { failed: following.failed, mayBegin: true });
  const frame = (said: string, count: number): Frame => ({ candidates: [{ content: { parts: [{ text: said }] }, index: 0 }], usageMetadata: { promptTokenCount: count, totalTokenCount: count + 1 }, modelVersion: 'of-its-own', json: said });
  t.equal(begin([event('before', 3), event('any', 4)]).begun?.first[0]?.json, undefined, 'nothing was like it yet');
  await readAll(begin(Array.from({ length: 16 }, (_, at) => event('known', at + 5))));
  const [one, other, third] = [begin([event('one', 50), event('goes on', 51)]), begin([event('other', 60), event('as well', 61)]), begin([event('else', 70, 'other'), event('x', 71, 'other')])];
  t.same([one.begun?.first, other.begun?.first], [[frame('one', 50)], [frame('other', 60)]]);
  t.match(third.begun?.first, [{ usageMetadata: { promptTokenCount: 70 }, modelVersion: 'other', json: undefined }], 'another version is another event');
  const [behindOther, behindOne] = [await readAll(other), await readAll(one)];
  t.same(behindOther.frames, [frame('other', 60), frame('as well', 61)]);
  t.same(behindOne.frames, [frame('one', 50), frame('goes on', 51)]);
  const begun = async (count: number) => {
    const usages: Said['usage'][] = [];
    const frames = geminiFrames(poured([0, 1, 2].map((at) => event('on its way', count + at)), () => 0.5), model, following);
    await frames.next();
    const goOn = () => frames.pour?.(() => true, ({ usage }) => {
      usages.push(usage);
      return false;
    });
    await goOn();
    await goOn();
    return () => usages.map((usage) => (typeof usage === 'function' ? usage() : usage)?.promptTokenCount);
  };
  const [told, toldOther] = [await begun(80), await begun(90)];
  t.same([told(), toldOther()], [[81, 82], [91, 92]], 'one answer tells its counts after another was read by the same template');
});
