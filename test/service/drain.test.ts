import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import t, { type Test } from 'tap';
import { asked, chat, contentOf, dataOf, emulated, frame, gate, madeUpKeys, question, settingsFor, toldBy } from '../support/pollux.ts';
import type { GeminiEmulator } from '../support/gemini-emulator/emulator.ts';
import { project } from '../support/recordings.ts';
import { eventually } from '../support/serving.ts';
import { startServiceProcess, temporaryFolder, type ServiceProcess } from '../support/service-process.ts';

type Setup = { readonly service: ServiceProcess; readonly emulator: GeminiEmulator };

const setup = async (t: Test, settings: Readonly<Record<string, string>> = {}): Promise<Setup> => {
  const emulator = await emulated(t);
  const service = await startServiceProcess(t, { ...settingsFor(emulator, madeUpKeys), ...settings });
  return { service, emulator };
};

/** Whether somebody takes a new connection there. */
const takesConnections = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const refusesConnections = async (url: string): Promise<void> => {
  while (await takesConnections(url)) await new Promise((resolve) => setImmediate(resolve));
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} lets streams and whole answers finish, takes no new connection, and ends with exit code 0`, async (t) => {
    const { service, emulator } = await setup(t);
    const held = gate();
    emulator.answerWith({ frames: [frame('first, '), frame('last', 'STOP')], hold: { beforeFrame: 1, until: held.until } });
    const [stream, whole] = [chat(service, question('One', { stream: true })), chat(service, question('Two'))];
    const answer = await stream;
    await eventually(() => asked(emulator).length === 2);
    service.signal(signal);
    await refusesConnections(service.url);
    t.pass('new connections are refused while answers are under way');
    held.open();
    const text = await answer.text();
    t.equal(contentOf(text), 'first, last');
    t.equal(dataOf(text).at(-1), '[DONE]');
    t.equal((await whole).status, 200);
    t.equal((await toldBy(await whole)).choices[0]?.message.content, 'first, last');
    t.equal(await service.ended, 0);
  });
}

t.test('what has not finished after DRAIN_TIMEOUT_MS is told that the service restarts, and the exit code is 0', async (t) => {
  const { service, emulator } = await setup(t, { DRAIN_TIMEOUT_MS: '50' });
  emulator.fault('stall-mid-stream');
  const answer = await chat(service, question('One', { stream: true }));
  emulator.fault('stall-before-head');
  const whole = chat(service, question('Two'));
  await eventually(() => asked(emulator).length === 2);
  service.signal('SIGTERM');
  const data = dataOf(await answer.text());
  t.match(JSON.parse(data.at(-1) ?? ''), { error: { code: 'restarting' } });
  t.notOk(data.includes('[DONE]'));
  t.equal((await whole).status, 503);
  t.match((await toldBy(await whole)).error, { code: 'restarting' });
  t.equal(await service.ended, 0);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
});

t.test('a second signal ends the process at once', async (t) => {
  const { service, emulator } = await setup(t);
  emulator.fault('stall-mid-stream');
  const answer = await chat(service, question('One', { stream: true }));
  service.signal('SIGTERM');
  await refusesConnections(service.url);
  service.signal('SIGTERM');
  t.equal(await service.ended, 1);
  await t.rejects(answer.text());
});

/** A module that goes into the service's process and lets a signal do what no request can. */
const saboteur = (t: Test, deed: string): Readonly<Record<string, string>> => {
  const path = join(temporaryFolder(t), 'saboteur.mjs');
  writeFileSync(path, `process.on('SIGUSR2', () => setImmediate(() => { ${deed} }));`);
  return { NODE_OPTIONS: `--import=${path}` };
};

const [madeUpKey, passphrase] = ['AIzaMadeUpKeyInTheMessage0000000000000', 'a-passphrase-nobody-knows'];

const mishaps = {
  'an error thrown in a callback': `throw Object.assign(new Error('${madeUpKey} and ${passphrase}'), { code: 'E_${madeUpKey}' })`,
  'a promise that rejects with a text': `Promise.reject('${madeUpKey} and ${passphrase}')`,
  'a promise that rejects with nothing': 'Promise.reject(null)',
  'an error with a cause, twice': `for (const each of [1, 2]) Promise.reject(new Error('${passphrase}', { cause: new TypeError('${madeUpKey}') }))`,
};

for (const [what, deed] of Object.entries(mishaps)) {
  t.test(`${what} is told in one clean line, ends streams with an error frame, and the exit code is 1`, async (t) => {
    const { service, emulator } = await setup(t, { PASSWORD: passphrase, ...saboteur(t, deed) });
    emulator.fault('stall-mid-stream');
    const answer = await chat(service, question('One', { stream: true }));
    emulator.fault('stall-before-head');
    const whole = chat(service, question('Two'));
    await eventually(() => asked(emulator).length === 2);
    service.signal('SIGUSR2');
    const data = dataOf(await answer.text());
    t.match(JSON.parse(data.at(-1) ?? ''), { error: { code: 'restarting' } });
    t.equal((await whole).status, 503);
    t.equal(await service.ended, 1);
    const told = service.printed().split('\n').filter((line) => line.includes('uncaught'));
    t.equal(told.length, 1);
    t.match(JSON.parse(told[0] ?? ''), { level: 'error', message: 'uncaught error' });
    t.notMatch(service.printed(), new RegExp(`${madeUpKey}|${passphrase}|node:internal/process/promises`));
    t.ok(service.printed().includes('Pollux has stopped'), 'state is written down');
  });
}

t.test("a warning of Node's is a clean line of the log", async (t) => {
  const { service } = await setup(t, { PASSWORD: passphrase, ...saboteur(t, `process.emitWarning('about ${madeUpKey} and ${passphrase}', 'OddWarning')`) });
  service.signal('SIGUSR2');
  await eventually(() => service.printed().includes('OddWarning'));
  t.match(service.printed(), '"level":"warn","message":"warning","name":"OddWarning","text":"about [secret] and [secret]"');
  t.notMatch(service.printed(), new RegExp(`${madeUpKey}|${passphrase}`));
});

/** Connections that say nothing, once the service has taken or turned away all of them. */
const strangers = async (url: string, count: number): Promise<readonly Socket[]> => {
  const sockets = Array.from({ length: count }, () => connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined).resume());
  await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => undefined)));
  return sockets;
};

const onLinux = { skip: process.platform !== 'linux' };

t.test('three hundred idle strangers do not use up the descriptors', onLinux, async (t) => {
  const emulator = await emulated(t);
  const service = await startServiceProcess(t, settingsFor(emulator, madeUpKeys), { descriptors: 256 });
  const idle = await strangers(service.url, 300);
  t.equal((await chat(service, question('One'))).status, 200);
  t.ok(readdirSync(`/proc/${service.pid}/fd`).length < 200, 'and leave enough of them free');
  for (const socket of idle) socket.destroy();
});

t.test('a service whose descriptors are used up goes on', onLinux, async (t) => {
  const emulator = await emulated(t);
  const service = await startServiceProcess(t, { ...settingsFor(emulator, madeUpKeys), MAX_CONNECTIONS: '1000', MAX_CONNECTIONS_PER_IP: '1000' }, { descriptors: 200 });
  const idle = await strangers(service.url, 400);
  for (const socket of idle) socket.destroy();
  await eventually(() => readdirSync(`/proc/${service.pid}/fd`).length < 100);
  t.equal((await chat(service, question('One'))).status, 200);
});

/** How the container's health check ends: its exit code. */
const health = async (t: Test, settings: Readonly<Record<string, string>>, envFile = ''): Promise<unknown> => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, '.env'), envFile);
  const child = spawn(process.execPath, [join(project, 'dist', 'health-check.js')], { cwd: folder, env: settings, stdio: 'ignore' });
  return (await once(child, 'close'))[0];
};

t.test("the container's health check asks where HOST and PORT say", async (t) => {
  const here = (await setup(t)).service;
  const { port: PORT } = new URL(here.url);
  for (const HOST of ['127.0.0.1', '0.0.0.0', '', ' 127.0.0.1 ']) t.equal(await health(t, { HOST, PORT }), 0, `HOST=${HOST}`);
  t.equal(await health(t, {}, `PORT=${PORT}\n`), 0, 'a .env file counts too');
  t.equal(await health(t, { PORT: '' }, `PORT=${PORT}\n`), 0, 'what is empty counts as unset, as in the service');
  t.equal(await health(t, { HOST: '"0.0.0.0"', PORT: `'${PORT}'` }), 0, 'quotes go, as in the service');
  const there = (await setup(t, { HOST: '127.0.0.2' })).service;
  const { port } = new URL(there.url);
  t.equal(await health(t, { HOST: '127.0.0.2', PORT: port }), 0);
  t.equal(await health(t, { HOST: '127.0.0.1', PORT: port }), 1, 'nothing listens there');
  t.match(readFileSync(join(project, 'Dockerfile'), 'utf8'), /HEALTHCHECK .*CMD \["node", "dist\/health-check\.js"\]/);
});

t.test('no package runs a script when it is installed', async (t) => {
  const commands = ['Dockerfile', 'scripts/prepare.mjs', '.ci/run'].flatMap((file) => readFileSync(join(project, file), 'utf8').split('\n').filter((line) => /npm (?:ci|install|prune)|runNpm\('/.test(line)));
  t.ok(commands.length >= 2);
  for (const command of commands) t.match(command, '--ignore-scripts');
});

t.test('what is no plain .env file ends the start in words, and holds up neither it nor the health check', onLinux, async (t) => {
  const cases = [
    ['it is a folder', (path: string) => mkdirSync(path)],
    ['it is no plain file', (path: string) => execFileSync('mkfifo', [path])],
    ['it is no plain file', (path: string) => symlinkSync('/dev/zero', path)],
    ['ELOOP', (path: string) => symlinkSync('.env', path)],
    ['it is larger than 1 MiB', (path: string) => writeFileSync(path, '#'.repeat(2 ** 20 + 1))],
  ] as const;
  for (const [why, make] of cases) {
    const folder = temporaryFolder(t);
    make(join(folder, '.env'));
    const run = (file: string) => spawnSync(process.execPath, [join(project, 'dist', file)], { cwd: folder, env: { PORT: '0' }, timeout: 10_000, encoding: 'utf8' });
    t.match(run('index.js'), { status: 1, stdout: '', stderr: `Pollux cannot start: .env cannot be read: ${why}.\n` }, why);
    t.equal(run('health-check.js').status, 1, `${why}: the health check ends too`);
  }
});

t.test('wrong settings end the start with every fault named, and no value', async (t) => {
  const failure = await startServiceProcess(t, { PORT: 'harbour', MAX_BODY_MB: 'much' }).catch((cause: unknown) => cause);
  t.match(failure, { message: /PORT/ });
  t.match(failure, { message: /MAX_BODY_MB/ });
  t.notMatch((failure as Error).message, /harbour|much/);
});
