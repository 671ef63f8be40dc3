import t from 'tap';
import type { Frame, GroundingMetadata, ResponsePart } from '../../../src/gemini/response.ts';
import { answer, body, deltas, frame, stop } from '../../support/chat.ts';

type Annotation = { readonly type: string; readonly url_citation: { readonly url: string; readonly title: string; readonly start_index: number; readonly end_index: number } };

const search = { web_search_options: {} };
const cited = (frames: readonly Frame[]) => (answer(search, frames).message['annotations'] ?? []) as readonly Annotation[];
const quotes = (frames: readonly Frame[]) => cited(frames).map(({ url_citation: { start_index, end_index } }) => answer(search, frames).message.content?.slice(start_index, end_index));
const bytes = (text: string) => Buffer.byteLength(text);
const chunk = (name: string) => ({ web: { uri: `http://${name}`, title: name } });
const grounded = (parts: readonly ResponsePart[], groundingMetadata: GroundingMetadata) => frame(parts, { ...stop, groundingMetadata });
const support = (before: string, text: string, ...groundingChunkIndices: readonly number[]) => ({ segment: { startIndex: bytes(before), endIndex: bytes(before + text), text }, groundingChunkIndices });

t.test('offsets count characters where Gemini counts bytes', (t) => {
  const frames = [frame([{ text: 'Zürich 😀 ' }]), grounded([{ text: 'ist 東京 nah.' }], { groundingChunks: [chunk('a')], groundingSupports: [support('Zürich 😀 ist ', '東京', 0)] })];
  t.same(cited(frames), [{ type: 'url_citation', url_citation: { url: 'http://a', title: 'a', start_index: 14, end_index: 16 } }]);
  t.same(quotes(frames), ['東京']);
  const wordless = { segment: { startIndex: bytes('Zürich 😀 ist '), endIndex: bytes('Zürich 😀 ist 東京') }, groundingChunkIndices: [0] };
  t.same(quotes([grounded([{ text: 'Zürich 😀 ist 東京 nah.' }], { groundingChunks: [chunk('a')], groundingSupports: [wordless] })]), ['東京'], 'also where the segment does not say its words');
  t.end();
});

t.test('thoughts don\'t count, code that ran and its fences are stepped over', (t) => {
  const parts = [{ text: 'hm', thought: true }, { text: 'First ü. ' }, { executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { output: '1' } }, { text: 'Second.' }];
  const frames = [grounded(parts, { groundingChunks: [chunk('a')], groundingSupports: [support('', 'First ü.', 0), support('First ü. ', 'Second.', 0)] })];
  t.same(quotes(frames), ['First ü.', 'Second.']);
  t.end();
});

t.test('a segment\'s words decide where its offsets don\'t fit them', (t) => {
  const groundingSupports = [{ segment: { startIndex: 100, endIndex: 120, text: 'world' }, groundingChunkIndices: [0] }, { segment: { partIndex: 1, startIndex: 0, endIndex: 5, text: 'world' }, groundingChunkIndices: [0] }];
  t.same(quotes([grounded([{ text: 'Hello ' }, { text: 'world' }], { groundingChunks: [chunk('a')], groundingSupports })]), ['world', 'world']);
  t.end();
});

t.test('sources of every kind are cited, over several frames, one annotation each', (t) => {
  const frames: readonly Frame[] = [
    frame([{ text: 'One.' }], { groundingMetadata: { groundingChunks: [chunk('a')] } }),
    grounded([{ text: 'Two.' }], {
      groundingChunks: [{ maps: { uri: 'http://maps', title: 'm' } }, { retrievedContext: { title: 'no address' } }, { image: { sourceUri: 'http://image' } }],
      groundingSupports: [support('', 'One.', 0, 1), support('One.', 'Two.', 2, 3, 9)],
    }),
  ];
  t.same(cited(frames).map(({ url_citation: { url, title } }) => [url, title]), [['http://a', 'a'], ['http://maps', 'm'], ['http://image', '']]);
  t.end();
});

t.test('in a stream citations come with the end', (t) => {
  const frames = [grounded([{ text: 'One.' }], { groundingChunks: [chunk('a')], groundingSupports: [support('', 'One.', 0)] })];
  t.match(deltas(search, frames).at(-1), { annotations: [{ type: 'url_citation' }] });
  t.notOk(Object.hasOwn(answer({}, frames).message, 'annotations'), 'only where a source was asked for');
  t.end();
});

t.test('searching, reading of addresses and running of code are asked for by their tools', (t) => {
  t.same(body(search).tools, [{ googleSearch: {} }]);
  t.same(body({ model: 'gemini-3.5-flash-search' }).tools, [{ googleSearch: {} }]);
  t.same(body({ tools: [{ url_context: {} }, { type: 'code_execution' }] }).tools, [{ urlContext: {} }, { codeExecution: {} }]);
  t.end();
});

t.test('code that ran is shown in fences', (t) => {
  const parts = [{ executableCode: { language: 'PYTHON', code: 'print(1)\n' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }];
  t.equal(answer({}, [frame(parts, stop)]).message.content, '\n```python\nprint(1)\n```\n\n```\n1\n```\n');
  const fences = [{ executableCode: { language: 'PYTHON', code: 'print("```")\n# ````' } }];
  t.equal(answer({}, [frame(fences, stop)]).message.content, '\n`````python\nprint("```")\n# ````\n`````\n', 'fences in the code do not end it');
  t.end();
});
