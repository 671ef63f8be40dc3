import { createPartFromUri, createUserContent, FunctionCallingConfigMode, GoogleGenAI, type ApiError, type File } from '@google/genai';
import { GoogleGenAI as GoogleGenAI1 } from 'genai-1';
import t, { type Test } from 'tap';
import { native, twoKeys, type Native } from '../support/google-fake/native-service.ts';
import { eventually } from '../support/serving.ts';

const model = 'gemini-2.5-flash';

/** Newest first. Both are driven by the same calls, which both have. */
const sdks: readonly (readonly [string, (options: { apiKey: string; httpOptions: { baseUrl: string } }) => GoogleGenAI])[] = [
  ['@google/genai, newest', (options) => new GoogleGenAI(options)],
  ['@google/genai, 1.x', (options) => new GoogleGenAI1(options) as unknown as GoogleGenAI],
];

type Setup = Native & { readonly ai: GoogleGenAI };

const setup = async (t: Test, make: (typeof sdks)[number][1], options: Parameters<typeof native>[1] = {}): Promise<Setup> => {
  const service = await native(t, options);
  return { ...service, ai: make({ apiKey: service.password, httpOptions: { baseUrl: service.url } }) };
};

/** The status of the error that a promise comes to; 0 for none. */
const statusOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => 0,
    (error: unknown) => (typeof error === 'object' && error !== null && 'status' in error ? error.status : 'none'),
  );

const weather = {
  functionDeclarations: [{ name: 'get_weather', description: 'The weather of a city.', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } } }],
};

/** Where a video is, once it has been made. */
const videoOf = async (ai: GoogleGenAI): Promise<string | undefined> => {
  const operation = await ai.models.generateVideos({ model: 'veo-3.0-generate-001', prompt: 'a cat' });
  const made = await ai.operations.getVideosOperation({ operation });
  return made.done === true ? made.response?.generatedVideos?.[0]?.video?.uri : undefined;
};

for (const [name, make] of sdks) {
  t.test(`${name}: text, stream, chat, counts, embeddings, models`, async (t) => {
    const { ai } = await setup(t, make);
    const whole = await ai.models.generateContent({ model, contents: 'Hello' });
    t.match(whole.text, /^Hello from /);
    t.equal(whole.usageMetadata?.promptTokenCount, 11);
    const pieces: string[] = [];
    for await (const chunk of await ai.models.generateContentStream({ model, contents: 'Hello' })) pieces.push(chunk.text ?? '');
    t.equal(pieces.length, 2);
    t.match(pieces.join(''), /^Hello from /);
    const chat = ai.chats.create({ model });
    await chat.sendMessage({ message: 'One' });
    t.match((await chat.sendMessage({ message: 'Two' })).text, /Hello/);
    t.equal(chat.getHistory().length, 4);
    t.equal((await ai.models.countTokens({ model, contents: 'Hello' })).totalTokens, 42);
    t.same((await ai.models.embedContent({ model: 'gemini-embedding-001', contents: ['a', 'b'] })).embeddings?.map(({ values }) => values), [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]);
    const listed: (string | undefined)[] = [];
    for await (const each of await ai.models.list({ config: { pageSize: 2 } })) listed.push(each.name);
    t.equal(listed.length, 5);
    t.match(await ai.models.get({ model }), { name: `models/${model}` });
  });

  t.test(`${name}: tools in two steps with their signatures, pictures in and out`, async (t) => {
    const { ai, last } = await setup(t, make);
    const config = { tools: [weather], toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } } };
    const first = await ai.models.generateContent({ model, contents: 'Weather in Rome?', config });
    const content = first.candidates?.[0]?.content;
    t.match(first.functionCalls, [{ name: 'get_weather', args: { city: 'Rome' } }]);
    t.equal(content?.parts?.[0]?.thoughtSignature, 'c2lnbmVkLWNhbGw=');
    const result = { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { sky: 'clear' } } }] };
    const second = await ai.models.generateContent({ model, contents: [{ role: 'user', parts: [{ text: 'Weather in Rome?' }] }, ...(content === undefined ? [] : [content]), result], config });
    t.match(second.text, /^done by /);
    t.match(last().body.toString(), '"thoughtSignature":"c2lnbmVkLWNhbGw="');
    const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } };
    const drawn = await ai.models.generateContent({ model: 'gemini-3.1-flash-image', contents: [{ role: 'user', parts: [picture, { text: 'Draw' }] }] });
    t.equal(drawn.candidates?.[0]?.content?.parts?.[0]?.inlineData?.mimeType, 'image/png');
  });

  t.test(`${name}: files up in chunks, used, listed over all keys, fetched and deleted`, async (t) => {
    const { ai, google } = await setup(t, make);
    const bytes = Buffer.alloc(9 * 1024 * 1024, 'x');
    const files: File[] = [];
    for (const displayName of ['one', 'two']) {
      files.push(await ai.files.upload({ file: new Blob([bytes], { type: 'text/plain' }), config: { displayName, mimeType: 'text/plain' } }));
    }
    t.match(files[0], { displayName: 'one', sizeBytes: String(bytes.length), state: 'ACTIVE' });
    t.equal(google.asked().filter(({ path }) => path.startsWith('/upload')).length, 6, 'a start and two chunks each');
    const parts = files.map((file) => createPartFromUri(file.uri ?? '', 'text/plain'));
    t.match((await ai.models.generateContent({ model, contents: createUserContent([...parts, 'What is it?']) })).text, /Hello/);
    t.match(await ai.files.get({ name: files[0]?.name ?? '' }), { displayName: 'one' });
    const other = twoKeys.find((key) => !google.shelfOf(key).has(files[0]?.name ?? '')) ?? '';
    google.shelfOf(other).set('files/elsewhere', { name: 'files/elsewhere', state: 'ACTIVE' });
    const listed: (string | undefined)[] = [];
    for await (const file of await ai.files.list({ config: { pageSize: 1 } })) listed.push(file.name);
    t.same(new Set(listed), new Set([...files.map((file) => file.name), 'files/elsewhere']));
    t.equal(listed.length, 3);
    for (const file of files) await ai.files.delete({ name: file.name ?? '' });
    t.equal(await statusOf(ai.files.get({ name: files[0]?.name ?? '' })), 403);
  });

  t.test(`${name}: caches, batches, operations`, async (t) => {
    const { ai, google } = await setup(t, make);
    for (let at = 0; at < 2; at += 1) {
      const cache = await ai.caches.create({ model, config: { contents: [{ role: 'user', parts: [{ text: 'much' }] }], ttl: '60s' } });
      t.match((await ai.models.generateContent({ model, contents: 'Hello', config: { cachedContent: cache.name ?? '' } })).text, /Hello/);
      await ai.caches.update({ name: cache.name ?? '', config: { ttl: '90s' } });
      t.match(await ai.caches.get({ name: cache.name ?? '' }), { name: cache.name });
      const batch = await ai.batches.create({ model, src: [{ contents: [{ role: 'user', parts: [{ text: 'x' }] }] }] });
      t.match(await ai.batches.get({ name: batch.name ?? '' }), { state: 'JOB_STATE_SUCCEEDED' });
      await ai.batches.cancel({ name: batch.name ?? '' });
      await ai.batches.delete({ name: batch.name ?? '' });
      const uri = await videoOf(ai).catch((error: unknown) => String(error));
      // From 3.0 on the SDK asks Google's other platform alone for videos.
      t.match(uri, /files\/made|only supported by the Gemini Enterprise Agent Platform/);
      await ai.caches.delete({ name: cache.name ?? '' });
    }
    const keys = new Set(google.asked().map(({ key }) => key));
    t.equal(keys.size, 2, 'both keys were at work');
  });

  t.test(`${name}: errors come as ApiError with their status, in streams too`, async (t) => {
    const { ai, google, url } = await setup(t, make);
    await t.rejects(make({ apiKey: 'wrong', httpOptions: { baseUrl: url } }).models.generateContent({ model, contents: 'x' }), { name: 'ApiError', status: 401 });
    await t.rejects(ai.models.generateContent({ model: 'gemini-nothing', contents: 'x' }), { name: 'ApiError', status: 404, message: /is not found for API version/ });
    google.instead((got, response) => {
      if (got.method !== 'POST') return false;
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '30s' }] } }));
      return true;
    });
    const told = await ai.models.generateContent({ model, contents: 'x' }).then(
      () => null,
      (error: ApiError) => error,
    );
    t.equal(told?.status, 429);
    t.match(JSON.parse(told?.message ?? '{}'), { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: /s$/ }] } });
    t.equal(await statusOf(ai.models.generateContentStream({ model, contents: 'x' })), 429);
  });

  t.test(`${name}: leaving ends the call at Google's`, async (t) => {
    const { ai, google } = await setup(t, make);
    google.instead((got, response) => {
      if (!got.path.endsWith('streamGenerateContent')) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"candidates":[{"content":{"parts":[{"text":"x"}]}}]}\n\n');
      return true;
    });
    const leaving = new AbortController();
    const stream = await ai.models.generateContentStream({ model, contents: 'x', config: { abortSignal: leaving.signal } });
    await stream.next();
    leaving.abort();
    await t.rejects(stream.next());
    await eventually(() => google.asked().at(-1)?.isGone === true);
  });
}

t.test('@google/genai, newest: a stream that breaks at a border is an ApiError', async (t) => {
  const { ai, google } = await setup(t, (options) => new GoogleGenAI(options));
  google.instead((got, response) => {
    if (got.method !== 'POST') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"candidates":[{"content":{"parts":[{"text":"x"}]}}]}\n\n');
    setTimeout(() => response.socket?.destroy(), 20);
    return true;
  });
  const read = async (): Promise<void> => {
    for await (const chunk of await ai.models.generateContentStream({ model, contents: 'x' })) t.equal(chunk.text, 'x');
  };
  await t.rejects(read());
});

t.test('@google/genai, newest: interactions, whole and streamed, and the next of one; stores and their documents', async (t) => {
  const service = await native(t);
  const ai = new GoogleGenAI({ apiKey: service.password, httpOptions: { baseUrl: service.url } });
  for (let at = 0; at < 3; at += 1) {
    const first = await ai.interactions.create({ model, input: 'Hello' });
    const home = twoKeys.find((key) => service.google.shelfOf(key).has(`interactions/${first.id}`));
    const next = await ai.interactions.create({ model, input: 'And?', previous_interaction_id: first.id });
    t.equal(service.last().key, home);
    t.match(await ai.interactions.get(next.id), { id: next.id, status: 'completed' });
    const events: string[] = [];
    for await (const event of await ai.interactions.create({ model, input: 'x', stream: true })) events.push((event as { event_type: string }).event_type);
    t.equal(events.at(0), 'interaction.created');
    t.equal(events.at(-1), 'interaction.completed');
    await ai.interactions.delete(next.id);
  }
  const store = await ai.fileSearchStores.create({ config: { displayName: 's' } });
  const used = await ai.models.generateContent({ model, contents: 'x', config: { tools: [{ fileSearch: { fileSearchStoreNames: [store.name ?? ''] } }] } });
  t.match(used.text, /Hello/);
});
