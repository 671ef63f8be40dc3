import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { GoogleAIFileManager } from '@google/generative-ai/server';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings } from '@langchain/google-genai';
import * as ai from 'ai';
import { APICallError, embedMany, generateText, stepCountIs, streamText, tool, type ModelMessage } from 'ai';
import t from 'tap';
import { z } from 'zod';
import { native } from '../support/google-fake/native-service.ts';
import { temporaryFolder } from '../support/service-process.ts';
import { eventually } from '../support/serving.ts';

const id = 'gemini-2.5-flash';

/** The status of the error that a promise comes to; 0 for none. */
const statusOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => 0,
    (error: unknown) => (typeof error === 'object' && error !== null && 'status' in error ? error.status : 'none'),
  );

t.test('@google/generative-ai: text, stream, chat, tools, counts, embeddings, files, errors', async (t) => {
  const { url, password, google } = await native(t);
  const options = { baseUrl: url };
  const model = new GoogleGenerativeAI(password).getGenerativeModel({ model: id }, options);
  t.match((await model.generateContent('Hello')).response.text(), /^Hello from /);
  const { stream } = await model.generateContentStream('Hello');
  const pieces: string[] = [];
  for await (const chunk of stream) pieces.push(chunk.text());
  t.match(pieces.join(''), /^Hello from /);
  const chat = model.startChat();
  await chat.sendMessage('One');
  t.match((await chat.sendMessage('Two')).response.text(), /Hello/);
  t.equal((await model.countTokens('Hello')).totalTokens, 42);
  t.same((await model.embedContent('Hello')).embedding.values, [0.1, 0.2, 0.3]);
  const withTools = new GoogleGenerativeAI(password).getGenerativeModel({ model: id, tools: [{ functionDeclarations: [{ name: 'get_weather' }] }] }, options);
  t.match((await withTools.generateContent('Weather?')).response.functionCalls(), [{ name: 'get_weather' }]);
  const path = join(temporaryFolder(t), 'text.txt');
  writeFileSync(path, 'plain bytes');
  const files = new GoogleAIFileManager(password, options);
  const uploaded = [await files.uploadFile(path, { mimeType: 'text/plain', displayName: 'one' }), await files.uploadFile(path, { mimeType: 'text/plain', displayName: 'two' })];
  t.match(uploaded[0]?.file, { displayName: 'one', sizeBytes: '11' });
  const parts = uploaded.map(({ file }) => ({ fileData: { fileUri: file.uri, mimeType: file.mimeType } }));
  t.match((await model.generateContent(['What?', ...parts])).response.text(), /Hello/);
  t.equal((await files.listFiles()).files.length, 2);
  await files.deleteFile(uploaded[0]?.file.name ?? '');
  await t.rejects(files.getFile(uploaded[0]?.file.name ?? ''), /403/);
  t.equal(await statusOf(new GoogleGenerativeAI('wrong').getGenerativeModel({ model: id }, options).generateContent('x')), 401);
  t.notOk(google.asked().some(({ rawHeaders }) => rawHeaders.includes(password)));
});

const aiSdk = ({ url, password }: { readonly url: string; readonly password: string }) => createGoogleGenerativeAI({ apiKey: password, baseURL: `${url}/v1beta` });

t.test('@ai-sdk/google: text, stream, tools in two steps with signatures, pictures, embeddings, errors, abort', async (t) => {
  const service = await native(t);
  const provider = aiSdk(service);
  t.match((await generateText({ model: provider(id), prompt: 'Hello' })).text, /^Hello from /);
  const streamed = streamText({ model: provider(id), prompt: 'Hello' });
  let text = '';
  for await (const piece of streamed.textStream) text += piece;
  t.match(text, /^Hello from /);
  t.equal((await streamed.usage).inputTokens, 11);
  const tools = { get_weather: tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => Promise.resolve({ city, sky: 'clear' }) }) };
  const agent = await generateText({ model: provider(id), prompt: 'Weather in Rome?', tools, stopWhen: stepCountIs(3) });
  t.match(agent.text, /^done by /);
  t.equal(agent.steps.length, 2);
  t.match(service.last().body.toString(), 'c2lnbmVkLWNhbGw=');
  const drawn = await generateText({ model: provider('gemini-3.1-flash-image'), prompt: [{ role: 'user', content: [{ type: 'image', image: Buffer.from('iVBORw0KGgo=', 'base64'), mediaType: 'image/png' }, { type: 'text', text: 'Draw' }] }] });
  t.equal(drawn.files[0]?.mediaType, 'image/png');
  t.equal((await embedMany({ model: provider.textEmbeddingModel('gemini-embedding-001'), values: ['a', 'b'] })).embeddings.length, 2);
  await t.rejects(generateText({ model: provider('gemini-nothing'), prompt: 'x', maxRetries: 0 }), { statusCode: 404, message: /not found/ });
  const wrong = await generateText({ model: aiSdk({ ...service, password: 'wrong' })(id), prompt: 'x', maxRetries: 0 }).catch((error: unknown) => error);
  t.ok(APICallError.isInstance(wrong) && wrong.statusCode === 401);
  service.google.instead((got, response) => {
    if (!got.path.endsWith('streamGenerateContent')) return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"candidates":[{"content":{"parts":[{"text":"x"}]}}]}\n\n');
    return true;
  });
  const leaving = new AbortController();
  const endless = streamText({ model: provider(id), prompt: 'x', abortSignal: leaving.signal, onError: () => undefined });
  for await (const piece of endless.textStream) if (piece === 'x') break;
  leaving.abort();
  await eventually(() => service.google.asked().at(-1)?.isGone === true);
});

/** The files of the AI SDK's newer provider; the one that Node 20 can run has none. */
type AiFile = { readonly providerReference: Readonly<Record<string, string>> };
type UploadFile = (options: { readonly api: unknown; readonly data: Uint8Array; readonly mediaType: string; readonly providerOptions: object }) => Promise<AiFile>;
const { uploadFile } = ai as unknown as { readonly uploadFile?: UploadFile };

t.test('@ai-sdk/google: a file goes up, without any key with its bytes, and is used', { skip: uploadFile === undefined && 'this version uploads no files' }, async (t) => {
  if (uploadFile === undefined) return;
  const service = await native(t);
  const provider = aiSdk(service);
  const upload = (): Promise<AiFile> => uploadFile({ api: provider, data: Buffer.from('plain bytes'), mediaType: 'text/plain', providerOptions: { google: { displayName: 'one' } } });
  const files = [await upload(), await upload()];
  for (const { providerReference } of files) t.match(providerReference['google'], /files\/made/);
  const content = files.map(({ providerReference }) => ({ type: 'file', mediaType: 'text/plain', data: providerReference }));
  const messages = [{ role: 'user', content: [...content, { type: 'text', text: 'What?' }] }] as unknown as ModelMessage[];
  t.match((await generateText({ model: provider(id), messages, maxRetries: 0 })).text, /^Hello from /);
  const bytes = service.google.asked().filter(({ query }) => query.includes('upload_id='));
  t.same([bytes.length, new Set(bytes.map(({ key }) => key)).size], [2, 1], 'both with one key');
  t.match(service.last().body.toString(), /files\/made/);
});

t.test('@langchain/google-genai: text, stream, tools in two steps, embeddings, errors', async (t) => {
  const { url, password, last } = await native(t);
  const common = { apiKey: password, baseUrl: url, maxRetries: 0 };
  const model = new ChatGoogleGenerativeAI({ ...common, model: id });
  t.match((await model.invoke('Hello')).text, /^Hello from /);
  let text = '';
  for await (const chunk of await model.stream('Hello')) text += chunk.text;
  t.match(text, /^Hello from /);
  const weather = langchainTool(({ city }) => `clear in ${city}`, { name: 'get_weather', description: 'The weather.', schema: z.object({ city: z.string() }) });
  const bound = model.bindTools([weather]);
  const question = new HumanMessage('Weather in Rome?');
  const called = await bound.invoke([question]);
  t.match(called.tool_calls, [{ name: 'get_weather', args: { city: 'Rome' } }]);
  const done = await bound.invoke([question, called, new ToolMessage({ content: 'clear', name: 'get_weather', tool_call_id: called.tool_calls?.[0]?.id ?? 'call-1' })]);
  t.match(done.text, /^done by /);
  t.match(last().path, `/v1beta/models/${id}:`);
  t.same(await new GoogleGenerativeAIEmbeddings({ ...common, model: 'gemini-embedding-001' }).embedDocuments(['a', 'b']), [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]);
  await t.rejects(new ChatGoogleGenerativeAI({ ...common, model: 'gemini-nothing' }).invoke('x'), /404/);
});
