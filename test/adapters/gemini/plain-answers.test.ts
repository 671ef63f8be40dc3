import fc from 'fast-check';
import t from 'tap';
import { framesAtOnce } from '../../../src/adapters/gemini/frames-at-once.ts';
import { plainAnswers } from '../../../src/adapters/gemini/plain-answers.ts';
import { answerLike, likeFrames } from '../../../src/gemini/frame-template.ts';
import { answerTemplate } from '../../../src/gemini/make-template.ts';
import { parseFrames } from '../../../src/gemini/parse-frames.ts';
import { withReadUsage } from '../../../src/gemini/template-usage.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import { isUnread } from '../../../src/kernel/unread-text.ts';
import { readAll } from '../../support/read-frames.ts';

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const inHex = (text: string): string => text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const asGoogle = (text: string): string => escaped(text).replace(/[<>&='/]/g, inHex);

const long = 'Hello to whoever reads this, and a good day. '.repeat(4);
const texts = [long, `${long}Grüße 👋`, `${long}天気はいい`, `${long}"quoted" \\ and\n\tmore`, `${long}a/b`, `<b>it's</b>${long}`, `${long}"text": "x"`, `"}],"role": "model"}${long}`, `${long}totalTokenCount": 7`, `${long}\ud83d`, `${long}\u007f`, `${long}\\`, 'short', 'one', 'other', ''];
const json = fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...texts) }, fc.string({ unit: 'binary', maxLength: 300 })), fc.constantFrom(escaped, escaped, escaped, asGoogle, inHex)).map(([text, write]) => write(text));

const count = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(1, 7, 8, 52, 1_000_000, 1_000_001, 999_999_999_999_999) }, fc.constantFrom(0, 1e15, 1e300, -1, 1.5));
const logprobs = fc.oneof({ weight: 9, arbitrary: fc.constantFrom('-0.12', '-1.2e-05', '0', '-3', '0.5E+2', '7', '8') }, fc.constantFrom('00', '-', '1.', '.5', '1e', '"x"', 'null', '-00.5'));
type Told = { readonly json: string; readonly prompt: number; readonly answered: number; readonly total: number; readonly logprobs: string; readonly id: number };
const told: fc.Arbitrary<Told> = fc.record({ json, prompt: count, answered: count, total: count, logprobs, id: fc.nat(3) });

/** How all answers of one kind look; most are such that a template can be made of them. */
type Look = { readonly usage: (told: Told) => string; readonly candidate: (told: Told) => string; readonly beside: (told: Told) => string; readonly isUsageFirst: boolean; readonly isWide: boolean };
const usages: readonly Look['usage'][] = [
  ({ prompt, answered, total }) => `{"promptTokenCount":${prompt},"candidatesTokenCount":${answered},"totalTokenCount":${total},"promptTokensDetails":[{"modality":"TEXT","tokenCount":${prompt}}]}`,
  ({ prompt, answered, total }) => `{"promptTokenCount":${prompt},"totalTokenCount":${total},"thoughtsTokenCount":${answered},"promptTokensDetails":[{"modality":"TEXT","tokenCount":${prompt}},{"modality":"IMAGE","tokenCount":${total}}],"candidatesTokensDetails":[{"tokenCount":${answered},"modality":"TEXT"}],"serviceTier":"standard"}`,
  ({ prompt, total }) => `{"cacheTokensDetails":[{"modality":"TEXT","tokenCount":${total}}],"cachedContentTokenCount":${total},"promptTokenCount":${prompt},"oddTokenCount":${total}}`,
  () => '',
  ({ prompt, total }) => `{"promptTokensDetails":[{"modality":"TEXT","tokenCount":${prompt}},{"modality":"IMAGE","tokenCount":${prompt}}],"promptTokensDetails":[{"modality":"TEXT","tokenCount":${total}}]}`,
  ({ prompt, total }) => `{"totalTokenCount":${total},"totalTokenCount":${prompt}}`,
  ({ prompt, total }) => `{"promptTokenCount":"${prompt}","totalTokenCount":${total},"promptTokensDetails":[{"modality":5,"tokenCount":${prompt}},{"modality":"TEXT","tokenCount":${total}}]}`,
];
const shifted: Look['usage'] = ({ total }) => `{"totalTokenCount":${total},"promptTokensDetails":[{"modality":"TEXT"},{"modality":"IMAGE","tokenCount":${total},"odd":"x"}],"toolUsePromptTokensDetails":[{"tokenCount":${total}}]}`;
const candidates: readonly Look['candidate'][] = [
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}"}],"role":"model"},"finishReason":"STOP","index":0}`,
  ({ json: text, logprobs: number }) => `{"content":{"role":"model","parts":[{"text":"${text}"}]},"finishReason":"MAX_TOKENS","avgLogprobs":${number}}`,
  ({ json: text }) => `{"finishReason":"STOP","safetyRatings":[{"category":"x","probability":"NEGLIGIBLE"}],"content":{"parts":[{"text":"${text}"}]}}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}"}]},"index":0}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}"}]},"finishReason":"STOP","index":1}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}","thought":true}]},"finishReason":"STOP"}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}","thoughtSignature":"c2ln"}]},"finishReason":"STOP"}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}"},{"text":"${text}"}]},"finishReason":"STOP"}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}","text":"twice"}]},"finishReason":"STOP"}`,
  ({ json: text }) => `{"finishMessage":"done","content":{"parts":[{"text":"${text}"}]},"finishReason":"STOP"}`,
  ({ json: text }) => `{"content":{"parts":[{"text":"${text}"}]},"finishReason":1}`,
];
const besides: readonly Look['beside'][] = [
  ({ id }) => `,"modelVersion":"gemini-3.5-flash","responseId":"rZ5-_${id}"`,
  ({ id }) => `,"createTime":"2026-01-0${id + 1}T00:00:00.${id}Z","modelVersion":"é"`,
  () => '',
  ({ json: text }) => `,"text":"${text}"`,
  ({ total }) => `,"totalTokenCount":${total},"modelVersion":7`,
  () => ',"promptFeedback":{"blockReason":"SAFETY"}',
  () => ',"error":{"code":503}',
];
const look: fc.Arbitrary<Look> = fc.record({
  usage: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...usages.slice(0, 4)) }, fc.constantFrom(...usages)),
  candidate: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...candidates.slice(0, 3)) }, fc.constantFrom(...candidates)),
  beside: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...besides.slice(0, 3)) }, fc.constantFrom(...besides)),
  isUsageFirst: fc.boolean(),
  isWide: fc.boolean(),
});

const written = (how: Look, one: Told): string => {
  const usage = how.usage(one);
  const fields = [`"candidates":[${how.candidate(one)}]`, ...(usage === '' ? [] : [`"usageMetadata":${usage}`])];
  const body = `{${(how.isUsageFirst ? fields.toReversed() : fields).join(',')}${how.beside(one)}}`;
  return how.isWide ? `${body.replaceAll('":', '": ').replaceAll(',"', ',\n  "').replaceAll('}]', '\n}\n]')}\n` : body;
};

const inFull = (body: string): readonly Frame[] => [...parseFrames(body)].flatMap((read) => (read.kind === 'frame' ? [read.frame] : []));

const reading = { failed: () => new Error('not read'), mayBegin: false };
const atOnce = async (body: string): Promise<readonly Frame[]> => (await readAll(framesAtOnce([Buffer.from(body)], 'gemini-3.5-flash', reading))).frames;

t.test('an answer that is like those before says what it does when it is read in full', async (t) => {
  const seen = { alike: 0, other: 0 };
  const law = fc.asyncProperty(look, fc.array(told, { minLength: 2, maxLength: 12 }), async (how, all) => {
    const [first, ...rest] = all.map((one) => written(how, one));
    const [frame] = inFull(first ?? '');
    const template = frame === undefined ? null : answerTemplate(Buffer.from(first ?? ''), frame);
    const like = template === null || frame === undefined ? null : likeFrames(template, Buffer.from(first ?? ''), frame);
    for (const body of rest) {
      const known = like === null ? null : answerLike(like, Buffer.from(body));
      if (known !== null) t.same(JSON.stringify([known]), JSON.stringify(inFull(body).map(withReadUsage)), body);
      seen[known === null ? 'other' : 'alike'] += 1;
    }
  });
  await fc.assert(law, { numRuns: 2000 });
  t.ok(seen.alike > 1000 && seen.other > 1000, JSON.stringify(seen));
});

t.test('answers of all kinds, one after the other, say what they do when each is read in full', async (t) => {
  const law = fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(fc.nat(2), told), { maxLength: 8 }), async (looks, all) => {
    for (const [at, one] of all) {
      const how = looks[at % looks.length];
      const body = how === undefined ? '' : written(how, one);
      const whole = inFull(body);
      if (whole.length > 0) t.same(JSON.stringify((await atOnce(body)).map(withReadUsage)), JSON.stringify(whole.map(withReadUsage)), body);
    }
  });
  await fc.assert(law, { numRuns: 1000 });
});

t.test('a template is made of every usual kind of answer, and holds nothing that one of them alone said', (t) => {
  const one: Told = { json: `${long}one`, prompt: 12, answered: 7, total: 52, logprobs: '-0.12', id: 1 };
  const other: Told = { json: `${long}é\\n`, prompt: 7, answered: 1, total: 999_999, logprobs: '-1.5e-05', id: 2 };
  for (const usage of [...usages.slice(0, 4), shifted]) {
    for (const candidate of candidates.slice(0, 3)) {
      for (const beside of besides.slice(0, 3)) {
        for (const isWide of [false, true]) {
          const how: Look = { usage, candidate, beside, isUsageFirst: isWide, isWide };
          const first = Buffer.from(written(how, one));
          const [frame] = inFull(first.toString());
          const template = frame === undefined ? null : answerTemplate(first, frame);
          const like = template === null || frame === undefined ? null : likeFrames(template, first, frame);
          const known = like === null ? null : answerLike(like, Buffer.from(written(how, other)));
          t.same(JSON.stringify([known]), JSON.stringify(inFull(written(how, other)).map(withReadUsage)), written(how, other));
          t.notMatch(JSON.stringify({ ...like, template: Buffer.from(template?.bytes ?? []).toString() }), /whoever reads|rZ5-_1|oddTokenCount":52/);
        }
      }
    }
  }
  t.end();
});

const body = (text: string, tokens: number, id: string): Buffer => Buffer.from(JSON.stringify({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', avgLogprobs: -0.01 * tokens }],
  usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens + 3, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] },
  modelVersion: 'gemini-alike',
  responseId: id,
}, null, 2));

t.test('what is like a learned answer is not parsed, and its long text is left unread', (t) => {
  const { read, learn } = plainAnswers();
  const [first] = inFull(body(long, 12, 'a-1').toString());
  if (first === undefined) throw new Error('no frame');
  t.equal(read(body(`${long}.`, 77, 'b_2')), null);
  learn(body(long, 12, 'a-1'), first);
  const known = read(body(`${long}.`, 77, 'b_2'));
  const text = known?.candidates?.[0]?.content?.parts?.[0]?.text;
  t.ok(isUnread(text));
  t.equal(String(text), `${long}.`);
  t.same(known?.usageMetadata, { promptTokenCount: 77, totalTokenCount: 80, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 77 }] });
  t.equal(read(body('Hi', 5, 'c'))?.candidates?.[0]?.content?.parts?.[0]?.text, 'Hi');
  t.same(first.usageMetadata, { promptTokenCount: 12, totalTokenCount: 15, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }] });
  t.end();
});

t.test('answers that are each of another kind are not each made a template of', (t) => {
  const { read, learn } = plainAnswers();
  const odd = (at: number): Buffer => Buffer.from(body(long, 12, 'x').toString().replace('gemini-alike', `gemini-odd-${at}`));
  let learned = 0;
  for (let at = 0; at < 2000; at += 1) {
    const [frame] = inFull(odd(at).toString());
    t.equal(read(odd(at)), null);
    if (frame !== undefined) learn(odd(at), frame);
    if (read(odd(at)) !== null) learned += 1;
  }
  t.ok(learned >= 8 && learned < 80, String(learned));
  t.end();
});
