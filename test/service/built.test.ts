import t from 'tap';
import { tone, wav } from '../support/gemini-emulator/canned-media.ts';
import { mp3Frames } from '../support/mp3-frames.ts';
import { asked, chat, emulated, madeUpKeys, question, settingsFor } from '../support/pollux.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { webServer } from '../support/web-server.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64');

t.test('the built service finds all that is loaded only when it is wanted', async (t) => {
  const emulator = await emulated(t);
  const web = await webServer(t, (_request, response) => response.setHeader('content-type', 'image/png').end(png));
  const service = await startServiceProcess(t, { ...settingsFor(emulator, madeUpKeys), ALLOW_PRIVATE_IMAGE_URLS: 'true' });
  const headers = { authorization: `Bearer ${service.password}` };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${service.url}${path}`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });

  const looked = await chat(service, question('', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `${web.url}/a.png` } }] }] }));
  t.equal(looked.status, 200, 'a picture by its address');
  t.equal(web.seen.length, 1);

  t.equal((await post('/v1/embeddings', { model: 'text-embedding-3-small', input: [[9906, 1917]] })).status, 200, 'token numbers');
  t.match(asked(emulator).at(-1)?.body, { requests: [{ content: { parts: [{ text: 'Hello world' }] } }] });

  const spoken = await post('/v1/audio/speech', { model: 'gpt-4o-mini-tts', voice: 'coral', input: 'Hello there.' });
  t.equal(spoken.headers.get('content-type'), 'audio/mpeg', 'speech, in a worker thread');
  t.ok(mp3Frames(Buffer.from(await spoken.arrayBuffer())).length > 1);

  t.equal((await post('/v1/messages', { model: 'claude-sonnet-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] })).status, 200, 'a message');
  t.equal((await post('/v1/messages/count_tokens', { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'Hello' }] })).status, 200, 'a count');

  const form = new FormData();
  form.set('model', 'whisper-1');
  form.set('file', new Blob([Uint8Array.from(wav(tone(200)))]), 'speech.wav');
  for (const path of ['/v1/audio/transcriptions', '/v1/audio/translations']) {
    t.equal((await fetch(`${service.url}${path}`, { method: 'POST', headers, body: form })).status, 200, path);
  }

  t.equal((await post('/v1/images/generations', { model: 'gpt-image-1', prompt: 'a cat' })).status, 200, 'a drawn picture');
  t.equal((await post('/v1/images/edits', { model: 'gpt-image-1', prompt: 'a cat', image: `data:image/png;base64,${png.toString('base64')}` })).status, 200);
  t.equal((await post('/v1/images/variations', {})).status, 400);
  for (const path of ['/anthropic/v1/models', '/anthropic/v1/models/gemini-2.5-flash', '/api/hello', '/v1/models', '/v1/models/gemini-2.5-flash', '/status', '/metrics', '/', '/status/page.css', '/status/page.js', '/favicon.svg']) {
    t.equal((await fetch(`${service.url}${path}`, { headers })).status, 200, path);
  }
  t.notMatch(service.printed(), '"level":"error"');
});
