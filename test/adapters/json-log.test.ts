import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { gatherLines, type Line as WaitingLine } from '../../src/adapters/gather-lines.ts';
import { guardOutput, jsonLog } from '../../src/adapters/json-log.ts';
import { secret } from '../../src/kernel/secret.ts';
import type { Log, LogLevel } from '../../src/ports/capabilities.ts';
import { project } from '../support/recordings.ts';

type Line = Readonly<Record<string, unknown>>;

const textOf = (line: WaitingLine): string => (typeof line === 'string' ? line : line());

const logged = (level: LogLevel, secrets: readonly string[], run: (log: Log) => void): readonly string[] => {
  const lines: string[] = [];
  run(jsonLog({ level, secrets: secrets.map(secret), write: (line) => lines.push(textOf(line)), now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) }));
  return lines;
};

const one = (facts: Line, level: LogLevel = 'info', secrets: readonly string[] = []): Line =>
  JSON.parse(logged('debug', secrets, (log) => log(level, 'hello', facts))[0] ?? '{}') as Line;

t.test('each call is one JSON line: time, level, message, then the facts', (t) => {
  t.strictSame(logged('debug', [], (log) => log('warn', 'hello', { count: 1, ok: true, nothing: null, missing: undefined })), [
    '{"time":"2026-01-02T03:04:05.006Z","level":"warn","message":"hello","count":1,"ok":true,"nothing":null}\n',
  ]);
  t.end();
});

t.test('each line has its own time, to the millisecond, also where the clock jumps', (t) => {
  const instants = [0, 1, 999, 1000, 1_700_000_000_123, 1_700_000_000_124, 1_700_000_000_999.9, 1_700_000_001_000, 1_700_000_000_050, -1];
  const clock = [...instants];
  const lines: string[] = [];
  const log = jsonLog({ level: 'info', secrets: [], write: (line) => lines.push(textOf(line)), now: () => clock.shift() ?? 0 });
  for (const _ of instants) log('info', 'hello');
  t.same(lines.map((line) => JSON.parse(line).time as string), instants.map((at) => new Date(at).toISOString()));
  t.end();
});

t.test('a fact cannot pass for time, level or message', (t) => {
  t.match(one({ time: 'never', level: 'debug', message: 'forged' }), { time: '2026-01-02T03:04:05.006Z', level: 'info', message: 'hello' });
  t.end();
});

t.test('a level lets itself and the graver ones through', (t) => {
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  levels.forEach((least, index) => {
    const lines = logged(least, [], (log) => levels.forEach((level) => log(level, level)));
    t.strictSame(lines.map((line) => JSON.parse(line).message as string), levels.slice(index), least);
  });
  t.end();
});

t.test('no secret is written, wherever it stands', async (t) => {
  const key = 'AIza-made-up-key-0001';
  const odd = 'pass "word" & more';
  const cases: Readonly<Record<string, Line>> = {
    'in a fact': { text: `before ${key} after ${odd}` },
    'in a name': { [`x${key}`]: 1, [odd]: 2 },
    'deep down': { a: [{ b: { c: `${odd}${key}` } }] },
    'in an address': { url: `https://host.example/?key=${key}&pw=${encodeURIComponent(odd)}` },
    'in JSON within a text': { body: JSON.stringify({ pw: odd, key }) },
    'across the place where texts are cut': { text: `${'x'.repeat(1990)}${odd}`, more: `${'x'.repeat(1995)}${key}` },
    'in the message of an error': { cause: new Error(`Consumer 'api_key:${key}' and ${odd}`) },
    'in the cause of an error': { cause: new Error('outer', { cause: new Error(`${key} ${odd}`) }) },
    'as a Secret': { key: secret(key), password: secret(odd) },
  };
  for (const [name, facts] of Object.entries(cases)) {
    await t.test(name, async (t) => {
      const line = logged('debug', [key, odd], (log) => log('error', `about ${odd}`, facts)).join('');
      t.notMatch(line, /made-up|"word|word\\|word%|sesame/);
      t.match(line, /\[secret\]/);
      JSON.parse(line);
    });
  }
});

t.test('what looks like a Google key is hidden though nobody configured it', (t) => {
  t.equal(one({ text: 'key AIzaSyMadeUp_12-34 and AQ.Made_Up-5678!' })['text'], 'key [secret] and [secret]!');
  t.end();
});

t.test('the longer of two secrets goes first', (t) => {
  t.equal(one({ text: 'secret-one-and-more' }, 'info', ['secret-one', 'secret-one-and-more'])['text'], '[secret]');
  t.end();
});

t.test('a secret as short as 123 is left alone: it cannot be told from other digits', (t) => {
  t.equal(one({ text: 'took 123 ms' }, 'info', ['123'])['text'], 'took 123 ms');
  t.end();
});

t.test('no text can end a line, move the cursor or turn the reading direction', (t) => {
  const text = 'a\nb\rc\u001b[2Jd\u007fe\u0085f\u2028g\u202eh\u0000';
  const lines = logged('info', [], (log) => log('info', text, { text }));
  t.equal(lines.length, 1);
  t.match(lines[0], /^[\x20-\x7e]+\n$/);
  t.match(JSON.parse(lines[0] ?? ''), { message: text, text }, 'and it reads back the same');
  t.end();
});

t.test('an error is told by name, code and cause, never by its message', (t) => {
  const cause = Object.assign(new TypeError('text of a caller', { cause: Object.assign(new Error('more text'), { code: 'ECONNRESET' }) }), { code: 'E_OUTER' });
  const told = one({ cause }, 'warn');
  t.strictSame(told['cause'], { name: 'TypeError', code: 'E_OUTER', cause: { name: 'Error', code: 'ECONNRESET' } });
  t.end();
});

t.test('a stack of the built service tells places in src/, what has no map stays as it is', (t) => {
  const built = join(project, 'dist', 'index.js');
  const lineOf = (file: string, beginning: string): number =>
    readFileSync(file, 'utf8').split('\n').findIndex((line) => line.startsWith(beginning)) + 1;
  const wrong = Object.assign(new Error('secret'), {
    stack: `Error: secret\n    at runService (${pathToFileURL(built).href}:${lineOf(built, 'var runService = ')}:5)\n    at file:///no/such.js:1:2\n    at readFileSync (node:fs:1:2)`,
  });
  const inSource = lineOf(join(project, 'src', 'index.ts'), 'const runService = ');
  for (const level of ['debug', 'error'] as const) {
    t.match(one({ wrong }, level)['wrong'], { stack: `    at runService (src/index.ts:${inSource}:7)\n    at file:///no/such.js:1:2\n    at readFileSync (node:fs:1:2)` });
  }
  t.end();
});

t.test('its stack comes at debug and error only, without the message', (t) => {
  const cause = new Error('text of a caller\n    and a second line');
  for (const level of ['debug', 'error'] as const) {
    const { stack } = one({ cause }, level)['cause'] as { readonly stack: string };
    t.match(stack, /^ +at /, level);
    t.notMatch(stack, /caller|second/, level);
  }
  for (const level of ['info', 'warn'] as const) t.strictSame(one({ cause }, level)['cause'], { name: 'Error' }, level);
  t.end();
});

t.test('circular, huge and odd values are written as far as they go', (t) => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle['self'] = circle;
  t.match(one({ circle }), { circle: { name: 'circle', self: { name: 'circle' } } });
  t.ok(JSON.stringify(one({ circle })).length < 300, 'and no deeper than of use');
  t.equal(String(one({ text: 'x'.repeat(100_000) })['text']).length, 2001);
  t.match(one({ big: 12n, bytes: Buffer.alloc(5_000_000), none: Number.NaN, on: () => 1 }), { big: '12', bytes: '[5000000 bytes]', none: null });
  t.match(one({ when: new Date(0) }), { when: '1970-01-01T00:00:00.000Z' });
  const long = Array.from({ length: 2000 }, () => 'x'.repeat(3000));
  const wide = Array.from({ length: 2000 }, () => long);
  t.ok(JSON.stringify(one({ wide })).length < 2_000_000);
  t.end();
});

t.test('a fact that cannot be read costs the facts, not the line', (t) => {
  const broken = Object.defineProperty({}, 'field', { enumerable: true, get: () => { throw new Error('no'); } });
  t.match(one({ broken }), { level: 'info', message: 'hello', facts: 'could not be written' });
  t.end();
});

t.test('a reader of the log that has gone does not end the process', async (t) => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) });
  guardOutput(gone);
  const closed = new Promise((resolve) => gone.once('close', resolve));
  gone.write('a line\n');
  await closed;
  t.doesNotThrow(() => gone.write('another\n'));
  await new Promise((resolve) => setImmediate(resolve));
  const fine = new PassThrough();
  guardOutput(fine);
  fine.write('x');
  t.equal(String(fine.read()), 'x');
});

t.test('the lines of one turn of the event loop are written together, and none is lost at the end', async (t) => {
  const written: string[] = [];
  const { add, flush } = gatherLines((lines) => written.push(lines));
  for (const line of ['one\n', 'two\n']) add(line);
  t.strictSame(written, []);
  while (written.length === 0) await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(written, ['one\ntwo\n']);
  add('three\n');
  flush();
  t.strictSame(written, ['one\ntwo\n', 'three\n']);
  flush();
  add('long'.repeat(20_000));
  t.equal(written.length, 3);
});


t.test('facts that are asked for late become the same line, in its place and with the time of its event', (t) => {
  const clock = { at: Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
  const key = 'AIza-made-up-key-0001';
  const written: string[] = [];
  const { add, flush } = gatherLines((lines) => written.push(lines));
  const log = jsonLog({ level: 'info', secrets: [secret(key)], write: add, now: () => clock.at });
  let asked = 0;
  const late = (facts: Line) => () => {
    asked += 1;
    return facts;
  };
  log('info', 'one', late({ text: `before ${key}`, error: new Error('a message') }));
  clock.at += 1000;
  log('warn', 'two', { count: 2 });
  log('debug', 'nobody', late({}));
  log('info', 'three', () => {
    throw new Error('a message');
  });
  t.equal(asked, 0, 'nothing is asked for before lines are written');
  clock.at += 1000;
  flush();
  t.equal(asked, 1, 'and nothing below the level');
  t.strictSame(written, [
    '{"time":"2026-01-02T03:04:05.006Z","level":"info","message":"one","text":"before [secret]","error":{"name":"Error"}}\n' +
      '{"time":"2026-01-02T03:04:06.006Z","level":"warn","message":"two","count":2}\n' +
      '{"time":"2026-01-02T03:04:06.006Z","level":"info","message":"three","facts":"could not be written"}\n',
  ]);
  t.end();
});

t.test('so many lines wait at most, also where each is yet to be made', (t) => {
  const written: string[] = [];
  const { add, flush } = gatherLines((lines) => written.push(lines));
  for (let at = 0; at < 1000; at += 1) add(() => `${at}\n`);
  t.equal(written.length, 5);
  flush();
  t.equal(written.join(''), Array.from({ length: 1000 }, (_, at) => `${at}\n`).join(''));
  t.end();
});
