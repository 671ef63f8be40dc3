import { sealEnvelope } from '../../../src/openai/responses/envelope.ts';
import type { Sending } from './watched-service.ts';

/** A request that takes as much work as its size allows. `statuses` are those it may be answered with. */
export type HeavyRequest = {
  readonly what: string;
  readonly make: () => Sending;
  readonly statuses: readonly number[];
  /** True where base64 goes up as it came: it may take half as long. */
  readonly isSpliced?: boolean;
};

const mebibyte = 1024 * 1024;

/** A text of so many bytes, made of one piece again and again. */
const filled = (piece: string, bytes: number): string => piece.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(piece))));

/** JSON text of a list: one text a place. */
const listed = (count: number, one: (at: number) => string): string => `[${Array.from({ length: count }, (_, at) => one(at)).join(',')}]`;

const model = '"model":"gemini-3.5-flash"';
const hello = '{"role":"user","content":"hello"}';

const sending = (path: string, text: string): Sending => ({ path, body: Buffer.from(text) });

const chat = (text: string): Sending => sending('/v1/chat/completions', text);

/** A chat of these messages. */
const said = (messages: string): Sending => chat(`{${model},"messages":[${messages}]}`);

/** A chat with something beside its one message. */
const beside = (fields: string): Sending => chat(`{${model},"messages":[${hello}],${fields}}`);

const picture = (url: string): Sending => said(`{"role":"user","content":[{"type":"image_url","image_url":{"url":"${url}"}}]}`);

const answeredBy = (text: string): Sending => said(`${hello},{"role":"assistant","content":"${text}"},${hello}`);

const tools = (count: number, name: (at: number) => string, parameters = '{"type":"object"}'): Sending =>
  beside(`"tools":${listed(count, (at) => `{"type":"function","function":{"name":"${name(at)}","parameters":${parameters}}}`)}`);

const properties = (count: number): string => `{"type":"object","properties":{${Array.from({ length: count }, (_, at) => `"p${at}":{}`).join(',')}}}`;

const call = (id: string, args: string): string => `{"id":"${id}","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}`;

const calls = (count: number): string => `${hello},{"role":"assistant","tool_calls":${listed(count, (at) => call(`c${at}`, '{}'))}},${hello}`;

const form = (path: string, fields: readonly string[]): Sending => ({
  path,
  type: 'multipart/form-data; boundary=edge',
  body: Buffer.from(`${fields.map((one) => `--edge\r\nContent-Disposition: form-data; ${one}\r\n`).join('')}--edge--\r\n`, 'latin1'),
});

const done = [200];
const refused = [400];
const either = [200, 400];

const row = (what: string, statuses: readonly number[], make: () => Sending): HeavyRequest => ({ what, statuses, make });

/** Texts that are long, but of few values. */
const longTexts: readonly HeavyRequest[] = [
  row('7 MiB of plain text', done, () => said(`{"role":"user","content":"${filled('All is well. ', 7 * mebibyte)}"}`)),
  row('60 MiB of plain text', done, () => said(`{"role":"user","content":"${filled('All is well. ', 60 * mebibyte)}"}`)),
  row('60 MiB of Chinese', done, () => said(`{"role":"user","content":"${filled('天地玄黃宇宙洪荒', 60 * mebibyte)}"}`)),
  row('60 MiB of line ends', done, () => said(`{"role":"user","content":"${filled('\\n', 60 * mebibyte)}"}`)),
  row('60 MiB of escaped letters', done, () => said(`{"role":"user","content":"${filled('\\u00e9', 60 * mebibyte)}"}`)),
  row('8 MiB of emoji', done, () => said(`{"role":"user","content":"${filled('🙂', 7.9 * mebibyte)}"}`)),
  row('8 MiB of text in a system message', done, () => said(`{"role":"system","content":"${filled('All is well. ', 7.9 * mebibyte)}"},${hello}`)),
  { ...row('60 MiB of base64 in a picture', done, () => picture(`data:image/png;base64,iVBORw0KGgo${filled('AAAA', 60 * mebibyte)}A`)), isSpliced: true },
  row('8 MiB of base64 with blanks', done, () => picture(`data:image/png;base64,${filled('A B ', 7.9 * mebibyte)}`)),
  row('60 MiB of base64 with blanks', done, () => picture(`data:image/png;base64,${filled('A ', 60 * mebibyte)}`)),
  row('60 MiB of blanks in a data: URL', either, () => picture(`data:image/png;base64,${filled(' ', 60 * mebibyte)}!`)),
  row('60 MiB of percent signs in a data: URL', either, () => picture(`data:text/plain,${filled('%41', 60 * mebibyte)}`)),
  row('8 MiB of the URL-safe alphabet', done, () => picture(`data:image/png;base64,${filled('-_-_', 7.9 * mebibyte)}`)),
  row('57 MiB to be spoken', refused, () => sending('/v1/audio/speech', `{"model":"tts-1","voice":"alloy","input":"${filled('All is well. ', 57 * mebibyte)}"}`)),
  row('8 MiB to be spoken', refused, () => sending('/v1/audio/speech', `{"model":"tts-1","voice":"alloy","input":"${filled('🙂', 7.9 * mebibyte)}"}`)),
  row('60 MiB of blanks to be spoken', refused, () => sending('/v1/audio/speech', `{"model":"tts-1","voice":"alloy","input":"${filled(' ', 60 * mebibyte)}"}`)),
  row('8 MiB to be drawn', either, () => sending('/v1/images/generations', `{"model":"gemini-3.1-flash-image","prompt":"${filled('a cat ', 7.9 * mebibyte)}"}`)),
  row('8 MiB in one text to be embedded', either, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":"${filled('a cat ', 7.9 * mebibyte)}"}`)),
  row("a model's name of 8 MiB", [400, 404], () => chat(`{"model":"${filled('models/', 7.9 * mebibyte)}","messages":[${hello}]}`)),
  row("a model's name of 8 MiB of wishes", [400, 404], () => chat(`{"model":"${filled('-thinking-', 7.9 * mebibyte)}","messages":[${hello}]}`)),
  row('arguments of 8 MiB', done, () => said(`${hello},{"role":"assistant","tool_calls":[${call('c', `{"a":"${filled('All is well. ', 7.8 * mebibyte)}"}`)}]},${hello}`)),
  row('arguments of 8 MiB that are no JSON', refused, () => said(`${hello},{"role":"assistant","tool_calls":[${call('c', filled('{', 7.8 * mebibyte))}]},${hello}`)),
  row('arguments of many objects', either, () => said(`${hello},{"role":"assistant","tool_calls":[${call('c', `[${filled('{},', 7.8 * mebibyte)}{}]`)}]},${hello}`)),
  row("a tool's result of 8 MiB", done, () => said(`${hello},{"role":"assistant","tool_calls":[${call('c', '{}')}]},{"role":"tool","tool_call_id":"c","content":"${filled('All is well. ', 7.8 * mebibyte)}"}`)),
  row("a tool's result of many values", done, () => said(`${hello},{"role":"assistant","tool_calls":[${call('c', '{}')}]},{"role":"tool","tool_call_id":"c","content":${JSON.stringify(`{"a":[${filled('{},', 7.8 * mebibyte)}{}]}`)}}`)),
  row("a call's id of 4 MiB", done, () => said(`${hello},{"role":"assistant","tool_calls":[${call(filled('c', 4 * mebibyte), '{}')}]},{"role":"tool","tool_call_id":"${filled('c', 4 * mebibyte)}","content":"a"}`)),
  row('a signature of 8 MiB', done, () => said(`${hello},{"role":"assistant","content":"a","extra_content":{"google":{"thought_signature":"${filled('AAAA', 7.9 * mebibyte)}!"}}},${hello}`)),
];

/** Addresses and pictures in texts. */
const addresses: readonly HeavyRequest[] = [
  row('a host of 500,000 dots', refused, () => picture(`http://${'.'.repeat(500_000)}/`)),
  row('a host of 16,000 dots and an end', refused, () => picture(`http://a${'.'.repeat(16_000)}a/`)),
  row('32 hosts of 16,000 dots', refused, () => said(`{"role":"user","content":${listed(32, (at) => `{"type":"image_url","image_url":{"url":"http://a${at}${'.'.repeat(16_000)}a/"}}`)}}`)),
  row('8 MiB of pictures in an answer', either, () => answeredBy(filled('![](data:,)', 7.9 * mebibyte))),
  row('58 MiB of pictures in an answer', either, () => answeredBy(filled('![](data:,)', 58 * mebibyte))),
  row('8 MiB of openings of pictures', either, () => answeredBy(filled('![', 7.9 * mebibyte))),
  row('8 MiB of pictures without an address', either, () => answeredBy(filled('![](', 7.9 * mebibyte))),
  row('8 MiB of pictures by address', either, () => answeredBy(filled('![](http://a.example/b)', 7.9 * mebibyte))),
  row('8 MiB of pictures with blanks', either, () => answeredBy(filled(`![](${' '.repeat(60)}x)`, 7.9 * mebibyte))),
  row('10,000 answers with pictures', either, () => said(`${Array.from({ length: 4999 }, () => `${hello},{"role":"assistant","content":"${filled('![](data:image/png;base64,AAAA)', 700)}"}`).join(',')},${hello}`)),
];

/** Many small things. */
const counts: readonly HeavyRequest[] = [
  row('240,000 messages', refused, () => said(Array.from({ length: 240_000 }, () => hello).join(','))),
  row('9,000 messages of 900 bytes', done, () => said(Array.from({ length: 9001 }, (_, at) => `{"role":"${at % 2 === 0 ? 'user' : 'assistant'}","content":"${filled('All is well. ', 850)}"}`).join(','))),
  row('9,000 messages of one part', done, () => said(Array.from({ length: 9001 }, (_, at) => `{"role":"${at % 2 === 0 ? 'user' : 'assistant'}","content":[{"type":"text","text":"All is well."}]}`).join(','))),
  row('9,000 messages with calls and results', done, () => said(`${hello},${Array.from({ length: 4500 }, (_, at) => `{"role":"assistant","content":null,"tool_calls":[${call(`c${at}`, '{"path":"src/index.ts","line":12}')}]},{"role":"tool","tool_call_id":"c${at}","content":"{\\"found\\":[1,2,3],\\"text\\":\\"${filled('All is well. ', 400)}\\"}"}`).join(',')}`)),
  row('300,000 content parts', refused, () => said(`{"role":"user","content":${listed(250_000, () => '{"type":"text","text":"a"}')}}`)),
  row('300,000 content parts in 300 messages', refused, () => said(Array.from({ length: 300 }, () => `{"role":"user","content":${listed(900, () => '{"type":"text","text":"a"}')}}`).join(','))),
  row('9,000 content parts', done, () => said(`{"role":"user","content":${listed(9000, () => '{"type":"text","text":"All is well."}')}}`)),
  row('900,000 content parts that are none', refused, () => said(`{"role":"user","content":${listed(900_000, () => '1')}}`)),
  row('60,000 tools', refused, () => tools(60_000, (at) => `f${at}`)),
  row('8,000 tools with names of 950 characters', refused, () => tools(8000, (at) => `${'ä'.repeat(470)}${at}`)),
  row('512 tools with names of 8,000 characters', refused, () => tools(512, (at) => `${'ä'.repeat(4000)}${at}`)),
  row('60,000 functions', refused, () => beside(`"functions":${listed(60_000, (at) => `{"name":"f${at}"}`)}`)),
  row('500 tools of 40 properties', done, () => tools(500, (at) => `f${at}`, `{"type":"object","properties":{${Array.from({ length: 40 }, (_, at) => `"property_${at}":{"type":"string","description":"What it is for, in a few words."}`).join(',')}},"required":["property_1"]}`)),
  row('490,000 properties in a schema', either, () => tools(1, () => 'f', properties(490_000))),
  row('a reference of 6 MiB in a schema', either, () => tools(1, () => 'f', `{"type":"object","properties":{"a":{"$ref":"#/${filled('~1', 6 * mebibyte)}"}}}`)),
  row('9,000 addresses below one of 1 MiB in a schema', either, () => tools(1, () => 'f', `{"$id":"http://a/${filled('b/', mebibyte)}","$ref":"c","properties":{${Array.from({ length: 9000 }, (_, at) => `"p${at}":{"$id":"x${at}"}`).join(',')}}}`)),
  row('490,000 properties in the format of an answer', either, () => beside(`"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":${properties(490_000)}}}`)),
  row('900,000 stop strings', refused, () => beside(`"stop":${listed(900_000, () => '"a"')}`)),
  row('metadata of 900,000 keys', refused, () => beside(`"metadata":{${Array.from({ length: 700_000 }, (_, at) => `"${at.toString(36)}":1`).join(',')}}`)),
  row('metadata of 700,000 numbers as keys', refused, () => beside(`"metadata":{${Array.from({ length: 600_000 }, (_, at) => `"${at * 7}":1`).join(',')}}`)),
  row('an unknown field of 700,000 keys', refused, () => beside(`"x":{${Array.from({ length: 700_000 }, (_, at) => `"${at.toString(36)}":1`).join(',')}}`)),
  row('an unknown field of 990,000 empty objects', either, () => beside(`"x":${listed(990_000, () => '{}')}`)),
  row('an unknown field of 990,000 empty lists', either, () => beside(`"x":${listed(990_000, () => '[]')}`)),
  row('an unknown field of 490,000 small objects', either, () => beside(`"x":${listed(490_000, () => '{"a":1}')}`)),
  row('an unknown field of 490,000 small objects of many kinds', either, () => beside(`"x":${listed(490_000, (at) => `{"${at.toString(36)}":1}`)}`)),
  row('an unknown field of 700,000 texts', either, () => beside(`"x":${listed(700_000, (at) => `"${at.toString(36)}"`)}`)),
  row('an unknown field of 990,000 numbers', either, () => beside(`"x":${listed(990_000, (at) => `${at}.5`)}`)),
  row('8 MiB of brackets', refused, () => chat(filled('[', 7.9 * mebibyte))),
  row('8 MiB of commas', refused, () => chat(`[${filled('1,', 7.9 * mebibyte)}1]`)),
  row('60 MiB of commas', refused, () => chat(`[${filled('1,', 60 * mebibyte)}1]`)),
  row('8 MiB of blanks', either, () => beside(`${filled(' ', 7.9 * mebibyte)}"n":1`)),
  row('8 MiB of digits', either, () => beside(`"x":${filled('1', 7.9 * mebibyte)}`)),
  row('8 MiB of one key again and again', either, () => beside(filled('"a":1,', 5.8 * mebibyte) + '"b":1')),
  row('8 MiB that are no JSON at the end', refused, () => chat(`{"a":"${filled('All is well. ', 7.8 * mebibyte)}`)),
  row('8 MiB of backslashes', either, () => said(`{"role":"user","content":"${filled('\\\\', 7.9 * mebibyte)}"}`)),
  row('8 MiB of quotes in a text', done, () => said(`{"role":"user","content":"${filled('\\"', 7.9 * mebibyte)}"}`)),
  row('a bias of 300,000 tokens', refused, () => beside(`"logit_bias":{${Array.from({ length: 300_000 }, (_, at) => `"${at}":1`).join(',')}}`)),
  row('100,000 safety settings', refused, () => beside(`"safety_settings":${listed(100_000, () => '{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}')}`)),
  row('700,000 modalities', refused, () => beside(`"modalities":${listed(700_000, () => '"text"')}`)),
  row('100,000 allowed tools', refused, () => beside(`"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":${listed(100_000, () => '{"type":"function","function":{"name":"f"}}')}}}`)),
  row('100,000 details of reasoning', refused, () => said(`${hello},{"role":"assistant","content":"a","reasoning_details":${listed(100_000, (at) => `{"type":"reasoning.encrypted","data":"AAAA","id":"c${at}"}`)}},${hello}`)),
  row("100,000 parts of Google's own tools", refused, () => said(`${hello},{"role":"assistant","content":"a","extra_content":{"google":{"server_tool_parts":${listed(100_000, () => '{"toolCall":{"toolType":"URL_CONTEXT"}}')}}}},${hello}`)),
  row('100,000 pictures beside an answer', refused, () => said(`${hello},{"role":"assistant","content":"a","images":${listed(100_000, () => '{"image_url":{"url":"data:image/png;base64,AAAA"}}')}},${hello}`)),
  row('70,000 calls in one message', refused, () => said(calls(70_000))),
  row('1,000 calls in one message', done, () => said(calls(1000))),
  row('900,000 texts to be embedded', refused, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":${listed(900_000, () => '"a"')}}`)),
  row('2,000 texts to be embedded as floats', done, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":${listed(2000, () => '"a cat"')}}`)),
  row('2,000 texts to be embedded as base64', done, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","encoding_format":"base64","input":${listed(2000, () => '"a cat"')}}`)),
  row('2,000 long texts to be embedded', done, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":${listed(2000, () => `"${filled('a cat ', 4000)}"`)}}`)),
  row('300,000 tokens to be embedded', done, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":${listed(300, () => listed(1000, (at) => String(at + 1000)))}}`)),
  row('900,000 tokens to be embedded', refused, () => sending('/v1/embeddings', `{"model":"gemini-embedding-001","input":${listed(900_000, () => '1')}}`)),
  row('700,000 pictures to draw by', refused, () => sending('/v1/images/edits', `{"prompt":"a","image":${listed(700_000, () => '"AAAA"')}}`)),
  row('a form of 100,000 parts', refused, () => form('/v1/images/edits', Array.from({ length: 100_000 }, () => 'name="a"\r\n\r\n1'))),
  row('a form of a million parts', refused, () => form('/v1/audio/transcriptions', Array.from({ length: 1_000_000 }, () => 'name="a"\r\n\r\n1'))),
];

const messages = (fields: string): Sending => sending('/v1/messages', `{${model},"max_tokens":100,${fields}}`);

const use = (at: number, input: string): string => `{"type":"tool_use","id":"toolu_${at}","name":"f","input":${input}}`;

const useAndResults = (count: number, input: string): string =>
  `"messages":[${hello},{"role":"assistant","content":${listed(count, (at) => use(at, input))}},{"role":"user","content":${listed(count, (at) => `{"type":"tool_result","tool_use_id":"toolu_${count - 1 - at}","content":"${filled('All is well. ', 200)}"}`)}}]`;

/** Anthropic's door. */
const ofMessages: readonly HeavyRequest[] = [
  row('5,000 calls of a message and their results, the last one first', done, () => messages(useAndResults(4999, '{"path":"src/index.ts","line":12}'))),
  row('2,000 calls whose names are numbers', done, () => messages(useAndResults(2000, '{"b":12345678901234567890,"1":1}'))),
  row('5,000 signatures between texts', done, () => messages(`"messages":[${hello},{"role":"assistant","content":${listed(9999, (at) => (at % 2 === 0 ? '{"type":"text","text":"All is well."}' : '{"type":"thinking","thinking":"","signature":"gemini.x.c2ln"}'))}},${hello}]`)),
  row('10,000 tools that a message adds', refused, () => messages(`"messages":[${hello},{"role":"system","content":${listed(9999, (at) => `{"type":"tool_addition","tool":{"type":"tool_definition","definition":{"name":"f${at}"}}}`)}}]`)),
  row('a document of 8 MiB', done, () => messages(`"messages":[{"role":"user","content":[{"type":"document","title":"a","source":{"type":"text","media_type":"text/plain","data":"${filled('All is well. ', 7.9 * mebibyte)}"}}]}]`)),
];

const responses = (fields: string): Sending => sending('/v1/responses', `{${model},${fields}}`);

const ask = '{"role":"user","content":"hello"}';

/** A response to these items between two questions. */
const itemed = (count: number, one: (at: number) => string, more = ''): Sending =>
  responses(`"input":[${ask},${Array.from({ length: count }, (_, at) => one(at)).join(',')},${ask}]${more}`);

const functionTool = (name: string, parameters = '{"type":"object"}'): string => `{"type":"function","name":"${name}","strict":false,"parameters":${parameters}}`;

const wide = `{"type":"object","properties":{${Array.from({ length: 20 }, (_, at) => `"property_${at}":{"type":"string","description":"What it is for, in a few words."}`).join(',')}}}`;

const itemCall = (at: number): string => `{"type":"function_call","call_id":"c${at}","name":"f","arguments":"{\\"path\\":\\"src/index.ts\\",\\"line\\":12}"}`;

const itemOutput = (at: number, text = filled('All is well. ', 300)): string => `{"type":"function_call_output","call_id":"c${at}","output":"${text}"}`;

const envelope = sealEnvelope({ on: 'thought' }, 'c2lnbmF0dXJl', 'gemini-3.5-flash');

const reasoning = (encrypted: string): string => `{"type":"reasoning","summary":[],"encrypted_content":"${encrypted}"}`;

/** OpenAI's newer door: each as it is kept, and with `store: false`. */
const ofResponses: readonly HeavyRequest[] = [
  row('10,000 items of a response', either, () => itemed(9998, (at) => `{"type":"message","role":"${at % 2 === 0 ? 'assistant' : 'user'}","content":[{"type":"${at % 2 === 0 ? 'output_text' : 'input_text'}","text":"${filled('All is well. ', 300)}"}]}`)),
  row('10,000 items of a response that is not kept', either, () => itemed(9998, (at) => `{"role":"${at % 2 === 0 ? 'assistant' : 'user'}","content":"${filled('All is well. ', 300)}"}`, ',"store":false')),
  row('10,000 items of no kind that is known', either, () => itemed(9998, (at) => `{"type":"kind_${at}","id":"i${at}"}`)),
  row('10,000 references to items', [400, 404], () => itemed(9998, (at) => `{"type":"item_reference","id":"msg_${at}"}`)),
  row('240,000 items of a response', refused, () => itemed(240_000, () => ask)),
  row('5,000 calls of a response with their outputs', either, () => itemed(9998, (at) => (at % 2 === 0 ? itemCall(at / 2) : itemOutput((at - 1) / 2)))),
  row('5,000 calls of a response, then their outputs from the last one on', either, () => itemed(9998, (at) => (at < 4999 ? itemCall(at) : itemOutput(9997 - at)))),
  row('5,000 calls of a response without outputs', either, () => itemed(9998, itemCall)),
  row('5,000 custom calls and patches of a response', either, () => itemed(9998, (at) => (at % 2 === 0 ? `{"type":"custom_tool_call","call_id":"c${at}","name":"apply_patch","input":"${filled('*** a\\n', 300)}"}` : `{"type":"custom_tool_call_output","call_id":"c${at - 1}","output":[{"type":"input_text","text":"done"}]}`))),
  row('a call of a response with arguments of 4 MiB', either, () => itemed(2, (at) => (at === 0 ? `{"type":"function_call","call_id":"c0","name":"f","arguments":${JSON.stringify(`{"a":"${filled('All is well. ', 3.9 * mebibyte)}"}`)}}` : itemOutput(0)))),
  row('a call of a response with arguments of many values', either, () => itemed(2, (at) => (at === 0 ? `{"type":"function_call","call_id":"c0","name":"f","arguments":${JSON.stringify(`{"a":[${filled('{},', 3.9 * mebibyte)}{}]}`)}}` : itemOutput(0)))),
  row('an output of a response of 4 MiB', done, () => itemed(2, (at) => (at === 0 ? itemCall(0) : itemOutput(0, filled('All is well. ', 3.9 * mebibyte))))),
  row('an output of a response of 9,000 parts', either, () => itemed(2, (at) => (at === 0 ? itemCall(0) : `{"type":"function_call_output","call_id":"c0","output":${listed(9000, () => '{"type":"input_text","text":"All is well."}')}}`))),
  row('20,000 parts in a message of a response', either, () => itemed(1, () => `{"role":"user","content":${listed(20_000, () => '{"type":"input_text","text":"All is well."}')}}`)),
  row('5,000 envelopes of a response, an item each', either, () => itemed(9998, (at) => (at % 2 === 0 ? reasoning(envelope) : `{"role":"assistant","content":"All is well."}`))),
  row('100,000 envelopes of a response in one item', either, () => itemed(1, () => reasoning(filled(envelope, 3.9 * mebibyte)))),
  row('an envelope of a response of 4 MiB', either, () => itemed(1, () => reasoning(sealEnvelope({ on: 'thought' }, filled('AAAA', 3.9 * mebibyte), 'gemini-3.5-flash')))),
  row('4 MiB of dots and ends in an envelope of a response', either, () => itemed(1, () => reasoning(filled('pollux1.1.', 3.9 * mebibyte)))),
  row('512 tools of a response', either, () => responses(`"input":"hello","tools":${listed(512, (at) => functionTool(`f${at}`, wide))}`)),
  row('60,000 tools of a response', refused, () => responses(`"input":"hello","tools":${listed(60_000, (at) => functionTool(`f${at}`))}`)),
  row('500 namespaces of a response', either, () => responses(`"input":"hello","tools":${listed(500, (at) => `{"type":"namespace","name":"n${at}","description":"","tools":[${functionTool(`f${at}`, wide)}]}`)}`)),
  row('a namespace of 10,000 tools of a response', either, () => responses(`"input":"hello","tools":[{"type":"namespace","name":"n","description":"","tools":${listed(10_000, (at) => functionTool(`f${at}`))}}]`)),
  row('500 custom tools of a response with grammars', either, () => responses(`"input":"hello","tools":${listed(500, (at) => `{"type":"custom","name":"f${at}","description":"d","format":{"type":"grammar","syntax":"lark","definition":"${filled('start: a\\n', 6000)}"}}`)}`)),
  row('additional_tools of a response in 5,000 items', either, () => itemed(5000, (at) => `{"type":"additional_tools","tools":[${functionTool(`f${at}`)}]}`)),
  row('additional_tools of a response, the same in 5,000 items', either, () => itemed(5000, () => `{"type":"additional_tools","tools":[${functionTool('f', wide)}]}`)),
  row('additional_tools of a response, 500 with wide schemas', either, () => itemed(1, () => `{"type":"additional_tools","tools":${listed(500, (at) => functionTool(`f${at}`, wide))}}`)),
  row('instructions of a response of 4 MiB', done, () => responses(`"input":"hello","instructions":"${filled('All is well. ', 3.9 * mebibyte)}"`)),
  row('instructions of a response of 1 MiB, repeated', done, () => responses(`"input":"hello","instructions":"${filled('\\n', 0.9 * mebibyte)}"`)),
  row('a text of a response of 4 MiB, which is kept', done, () => responses(`"input":"${filled('All is well. ', 3.9 * mebibyte)}"`)),
  row('line ends of a response of 4 MiB, which are kept', done, () => responses(`"input":"${filled('\\n', 3.9 * mebibyte)}"`)),
  row('a picture of a response of 4 MiB, which is kept', either, () => itemed(1, () => `{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo${filled('AAAA', 3.9 * mebibyte)}A"}]}`)),
  row('properties in the format of a response', either, () => responses(`"input":"hello","text":{"format":{"type":"json_schema","name":"a","schema":${properties(250_000)}}}`)),
  row('metadata of a response of many keys', refused, () => responses(`"input":"hello","metadata":{${Array.from({ length: 300_000 }, (_, at) => `"${at.toString(36)}":"1"`).join(',')}}`)),
];

const complete = (fields: string): Sending => sending('/v1/completions', `{${model},${fields}}`);

/** The legacy door. */
const ofCompletions: readonly HeavyRequest[] = [
  row('a prompt of 4 MiB to be completed', done, () => complete(`"prompt":"${filled('All is well. ', 3.9 * mebibyte)}"`)),
  row('a prompt of 4 MiB to be completed and repeated', done, () => complete(`"echo":true,"prompt":"${filled('\\n', 3.9 * mebibyte)}"`)),
  row('8 prompts to be completed and repeated, streamed', done, () => complete(`"echo":true,"stream":true,"prompt":${listed(8, () => `"${filled('All is well. ', 0.48 * mebibyte)}"`)}`)),
  row('16 prompts of 3 MiB to be completed', done, () => complete(`"prompt":${listed(16, () => `"${filled('All is well. ', 3 * mebibyte)}"`)}`)),
  row('16 prompts of 3 MiB to be completed and repeated', done, () => complete(`"echo":true,"prompt":${listed(16, () => `"${filled('All is well. ', 3 * mebibyte)}"`)}`)),
  row('16 prompts of 3 MiB to be completed and repeated, twice and streamed', done, () => complete(`"echo":true,"n":2,"stream":true,"prompt":${listed(16, () => `"${filled('\\n\\u00e9 天', 3 * mebibyte)}"`)}`)),
  row('16,000 tokens to be completed', either, () => complete(`"prompt":${listed(16_000, (at) => String(at + 1000))}`)),
  row('8 lists of 2,000 tokens to be completed', either, () => complete(`"prompt":${listed(8, () => listed(2000, (at) => String(at + 1000)))}`)),
  row('900,000 tokens to be completed', refused, () => complete(`"prompt":${listed(600_000, () => '1000')}`)),
  row('10,000 prompts to be completed', refused, () => complete(`"prompt":${listed(10_000, () => '"a"')}`)),
  row('900,000 lists of tokens to be completed', refused, () => complete(`"prompt":${listed(900_000, () => '[1]')}`)),
];

/** All of them, worst first or not: a corpus. */
export const heavyRequests: readonly HeavyRequest[] = [...longTexts, ...addresses, ...counts, ...ofMessages, ...ofResponses, ...ofCompletions];
