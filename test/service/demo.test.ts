import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { project } from '../support/recordings.ts';

type Demo = { readonly child: ChildProcessByStdio<null, Readable, null>; readonly printed: () => string; readonly ended: Promise<unknown> };

const startDemo = (t: Test, ...options: readonly string[]): Demo => {
  const child = spawn(process.execPath, [join(project, 'dist-test', 'test', 'support', 'demo.js'), ...options], {
    env: { GEMINI_API_KEYS: 'a-real-key-of-this-machine', HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => signal ?? code);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, printed: () => text, ended };
};

t.test('the demo says that its answers are canned, streams one, counts the models, and ends with exit code 0', async (t) => {
  const { printed, ended } = startDemo(t);
  t.equal(await ended, 0);
  t.match(printed(), 'The answers are canned: no key and no network is used.');
  t.match(printed(), 'You wrote: “Hello! Who are you?”');
  t.match(printed(), /GET \/v1\/models lists \d\d+ models/);
  t.match(printed(), /!\[\]\(http:\/\/127\.0\.0\.1:\d+\/images\/[\w.]+\)/);
  t.match(printed(), /GET \/images\/[\w.]+ answers 200, image\/png, \d+ bytes/);
  t.notMatch(printed(), 'a-real-key-of-this-machine');
});

t.test('with --stay it names base URL and password, answers a client, and ends on SIGINT', async (t) => {
  const { child, printed, ended } = startDemo(t, '--stay');
  while (!printed().includes('Ctrl-C')) await once(child.stdout, 'data');
  const [, url = ''] = /base URL\s+(\S+)/.exec(printed()) ?? [];
  const [, password = ''] = /API key\s+(\S+)/.exec(printed()) ?? [];
  const listed = await fetch(`${url}/models`, { headers: { authorization: `Bearer ${password}` } });
  t.equal(listed.status, 200);
  await listed.body?.cancel();
  child.kill('SIGINT');
  t.equal(await ended, 0);
});
