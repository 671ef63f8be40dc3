import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';
import { asked, chat, contentOf, pollux, toldBy, type Pollux } from '../support/pollux.ts';
import { webServer } from '../support/web-server.ts';

const model = 'gemini-3-pro-image';
const address = /!\[\]\(([^)]+)\)/;

type Part = { readonly text?: string; readonly inlineData?: { readonly mimeType: string; readonly data: string }; readonly thoughtSignature?: string };

const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'pollux-pictures-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
};

const draw = async (service: Pollux, stream: boolean, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const answer = await chat(service, { model, stream, messages: [{ role: 'user', content: 'Draw a red square.' }] }, { headers });
  return stream ? contentOf(await answer.text()) : ((await toldBy(answer)).choices[0]?.message.content ?? '');
};

const lastParts = (service: Pollux, turn: number): readonly Part[] => {
  const body = asked(service.emulator).at(-1)?.body as { readonly contents: readonly { readonly parts: readonly Part[] }[] };
  return body.contents[turn]?.parts ?? [];
};

for (const kind of ['local', 'memory'] as const) {
  t.test(`a picture is kept (${kind}), shown by its address, and goes back signed to be edited`, async (t) => {
    const folder = await folderFor(t);
    const service = await pollux(t, { settings: { IMAGE_STORAGE_TYPE: kind, DATA_DIR: folder }, emulator: { strictSignatures: true } });
    for (const stream of [false, true]) {
      const content = await draw(service, stream);
      const [, url = ''] = address.exec(content) ?? [];
      t.ok(url.startsWith(`${service.url}/images/`), `stream: ${stream}`);
      const picture = await fetch(url);
      t.match([picture.status, picture.headers.get('content-type'), picture.headers.get('x-content-type-options')], [200, 'image/png', 'nosniff']);
      const data = Buffer.from(await picture.arrayBuffer()).toString('base64');
      const edit = { model, messages: [{ role: 'user', content: 'Draw.' }, { role: 'assistant', content }, { role: 'user', content: 'Make the sky red.' }] };
      t.equal((await chat(service, edit)).status, 200);
      const back = lastParts(service, 1).find((part) => part.inlineData !== undefined);
      t.match(back, { inlineData: { mimeType: 'image/png', data }, thoughtSignature: /^.{8}/ });
      t.not(back?.thoughtSignature, 'skip_thought_signature_validator', "the picture's own signature");
    }
    if (kind === 'local') t.ok((await readdir(join(folder, 'images'))).length >= 2);
  });
}

t.test('a picture outlives a restart, signature and all', async (t) => {
  const folder = await folderFor(t);
  const settings = { DATA_DIR: folder };
  const first = await pollux(t, { settings });
  const content = await draw(first, false);
  const [, url = ''] = address.exec(content) ?? [];
  await first.close();
  const second = await pollux(t, { settings });
  t.equal((await fetch(url.replace(first.url, second.url))).status, 200);
  await chat(second, { model, messages: [{ role: 'user', content: 'a' }, { role: 'assistant', content }, { role: 'user', content: 'b' }] });
  const back = lastParts(second, 1).find((part) => part.inlineData !== undefined);
  t.ok(back?.thoughtSignature !== undefined && back.thoughtSignature !== 'skip_thought_signature_validator');
});

t.test('where nothing can be written the picture is kept in memory, and the owner is told', async (t) => {
  const service = await pollux(t);
  const [, url = ''] = address.exec(await draw(service, true)) ?? [];
  t.equal((await fetch(url)).status, 200);
  t.ok(service.log.some((line) => line.includes('"level":"warn"') && /picture/i.test(line)));
  const status = await fetch(`${service.url}/status`, { headers: { authorization: `Bearer ${service.password}` } });
  t.match(await status.json(), { notices: [{ text: /picture/i }] });
});

t.test('pictures come as the caller wants them', async (t) => {
  const service = await pollux(t);
  t.match(await draw(service, false, { 'x-image-reply-format': 'data-url' }), /!\[\]\(data:image\/png;base64,/);
  const beside = await chat(service, { model: `${model}:images`, messages: [{ role: 'user', content: 'Draw.' }] });
  t.match(await beside.json(), { choices: [{ message: { images: [{ type: 'image_url', image_url: { url: /^http.*\/images\// } }] } }] });
  const wrong = await chat(service, { model, messages: [{ role: 'user', content: 'Draw.' }] }, { headers: { 'x-image-reply-format': 'gif' } });
  t.match([wrong.status, (await toldBy(wrong)).error.param], [400, 'x-image-reply-format']);
});

t.test("links name the host that the caller knows, or the owner's own", async (t) => {
  const behind = await pollux(t, { settings: { TRUST_PROXY_HOPS: '1' } });
  const forwarded = await draw(behind, false, { 'x-forwarded-host': 'me-space.hf.space', 'x-forwarded-proto': 'https', 'x-forwarded-port': '34567' });
  t.match(forwarded, /!\[\]\(https:\/\/me-space\.hf\.space:34567\/images\//);
  const direct = await pollux(t);
  const made = await draw(direct, false, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' });
  t.ok(made.includes(`](${direct.url}/images/`), 'nobody is believed where no proxy is trusted');
  const named = await pollux(t, { settings: { HOST_URL: 'https://pictures.example/base' } });
  t.match(await draw(named, false), /!\[\]\(https:\/\/pictures\.example\/base\/images\//);
});

t.test('pictures by web address: private ones are refused by name, allowed where the owner says so', async (t) => {
  const png = tinyPng(2, 2, [1, 2, 3]);
  const { url } = await webServer(t, (_request, response) => response.end(png));
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url } }] }];
  const guarded = await pollux(t);
  const refused = await chat(guarded, { model, messages });
  t.match([refused.status, (await toldBy(refused)).error.param], [400, 'messages.0.content.1.image_url.url']);
  t.equal(asked(guarded.emulator).length, 0);
  const open = await pollux(t, { settings: { ALLOW_PRIVATE_IMAGE_URLS: 'true' } });
  t.equal((await chat(open, { model, messages })).status, 200);
  t.match(lastParts(open, 0), [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: png.toString('base64') } }]);
});
