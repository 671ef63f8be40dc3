import { execFileSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { t as io } from '../../../src/kernel/fp.ts';
import type { Log } from '../../../src/ports/capabilities.ts';
import { latestWriter } from '../../../src/adapters/state/latest-writer.ts';
import { stateFile, type StateFile } from '../../../src/adapters/state/state-file.ts';

const codec = io.type({ count: io.number });
type Kept = io.TypeOf<typeof codec>;

type Opened = { readonly file: StateFile<Kept>; readonly lines: readonly string[] };

const opened = (path: string, delayMs = 60_000): Opened => {
  const lines: string[] = [];
  const log: Log = (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`);
  return { lines, file: stateFile({ path, decode: (value) => codec.decode(value), log, now: Date.now, delayMs }) };
};

const keep = async (file: StateFile<Kept>, count: number): Promise<void> => {
  file.save(() => ({ count }));
  await file.flush();
};

t.test('what was saved is loaded by the next process, from a file for its owner alone', async (t) => {
  const path = join(t.testdir(), 'state.json');
  const { file, lines } = opened(path);
  t.equal(file.load(), null);
  await keep(file, 1);
  t.same(opened(path).file.load(), { count: 1 });
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(join(path, '..')), ['state.json'], 'no temporary file is left');
  t.same(lines, []);
});

t.test('a missing folder is made', async (t) => {
  const path = join(t.testdir(), 'a', 'b', 'state.json');
  const { file, lines } = opened(path);
  t.equal(file.load(), null);
  await keep(file, 1);
  t.same(opened(path).file.load(), { count: 1 });
  t.same(lines, []);
});

t.test('a save alone reaches the disk after the delay', async (t) => {
  const path = join(t.testdir(), 'state.json');
  opened(path, 1).file.save(() => ({ count: 1 }));
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
  t.same(opened(path).file.load(), { count: 1 });
});

t.test('a damaged file is ignored with one warning, and overwritten', async (t) => {
  for (const content of ['', '{"count":', '{"count":"many"}', 'null', '\u0000\u0001']) {
    const path = join(t.testdir(), 'state.json');
    writeFileSync(path, content);
    const { file, lines } = opened(path);
    t.equal(file.load(), null);
    t.same(lines, ['warn A state file is damaged; it is ignored {"file":"state.json"}']);
    await keep(file, 2);
    t.same(opened(path).file.load(), { count: 2 });
    t.equal(lines.length, 1);
  }
});

t.test('a folder that cannot be written costs one warning and nothing else', async (t) => {
  const parent = join(t.testdir({ 'not-a-folder': 'text' }), 'not-a-folder');
  const { file, lines } = opened(join(parent, 'state.json'));
  t.equal(file.load(), null);
  await keep(file, 1);
  await keep(file, 2);
  t.same(lines, ['warn State cannot be kept on disk; it stays in memory {"file":"state.json","code":"ENOTDIR"}']);
});

const withoutRename = (t: Test): void => {
  const rename = fs.promises.rename;
  fs.promises.rename = async () => {
    throw Object.assign(new Error('power cut'), { code: 'EIO' });
  };
  syncBuiltinESMExports();
  t.teardown(() => {
    fs.promises.rename = rename;
    syncBuiltinESMExports();
  });
};

t.test('a write that ends before the rename leaves the old content', async (t) => {
  const path = join(t.testdir(), 'state.json');
  const { file, lines } = opened(path);
  await keep(file, 1);
  await t.test('while renames fail', async (t) => {
    withoutRename(t);
    await keep(file, 2);
    t.equal(readFileSync(path, 'utf8'), '{"count":1}');
    t.same(readdirSync(join(path, '..')), ['state.json']);
    t.equal(lines.length, 1);
  });
  await file.flush();
  t.equal(readFileSync(path, 'utf8'), '{"count":2}', 'what could not be written was not lost');
});

t.test('what a crash left behind is removed once it is old', async (t) => {
  const folder = t.testdir({
    'state.json': '{"count":1}',
    'state.json.aa.tmp': '{"cou',
    'state.json.bb.tmp': '{"c',
    'other.tmp': '',
  });
  utimesSync(join(folder, 'state.json.bb.tmp'), 1, 1);
  t.same(opened(join(folder, 'state.json')).file.load(), { count: 1 });
  while (existsSync(join(folder, 'state.json.bb.tmp'))) await new Promise((resolve) => setTimeout(resolve, 1));
  t.same(readdirSync(folder).toSorted(), ['other.tmp', 'state.json', 'state.json.aa.tmp']);
});

t.test('a pipe, a link or a giant in the place of the file costs one warning, holds nobody and is written over', async (t) => {
  const places: readonly (readonly [string, (path: string) => void])[] = [
    ['NOT_A_FILE', (path) => execFileSync('mkfifo', [path])],
    ['ELOOP', (path) => symlinkSync('/dev/zero', path)],
    ['TOO_LARGE', (path) => { writeFileSync(path, ''); truncateSync(path, 65 * 1024 ** 2); }],
  ];
  for (const [code, put] of places) {
    const path = join(t.testdir(), `${code}.json`);
    put(path);
    const { file, lines } = opened(path);
    t.equal(file.load(), null);
    t.same(lines, [`warn State cannot be kept on disk; it stays in memory {"file":"${code}.json","code":"${code}"}`]);
    await keep(file, 3);
    t.same(opened(path).file.load(), { count: 3 }, code);
  }
});

t.test('a folder in the place of the file costs one warning', async (t) => {
  const path = join(t.testdir(), 'state.json');
  mkdirSync(path);
  const { file, lines } = opened(path);
  t.equal(file.load(), null);
  await keep(file, 1);
  t.same(lines, ['warn State cannot be kept on disk; it stays in memory {"file":"state.json","code":"EISDIR"}']);
});

type Gate = {
  readonly write: (value: number) => Promise<boolean>;
  readonly finish: (ok: boolean) => void;
  readonly begun: readonly number[];
};

const gate = (): Gate => {
  const begun: number[] = [];
  const waiting: ((ok: boolean) => void)[] = [];
  return {
    begun,
    finish: (ok) => waiting.shift()?.(ok),
    write: (value) => {
      begun.push(value);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
};

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('one write at a time: what comes meanwhile waits, and only the latest of it is written', async (t) => {
  const { write, begun, finish } = gate();
  const writer = latestWriter(write, 60_000);
  writer.save(() => 1);
  writer.save(() => 2);
  const done: string[] = [];
  const flushed = [writer.flush().then(() => done.push('first')), writer.flush().then(() => done.push('second'))];
  await tick();
  t.same(begun, [2]);
  t.same(done, [], 'a flush waits for the write that is under way');
  writer.save(() => 3);
  writer.save(() => 4);
  await tick();
  t.same(begun, [2], 'nothing begins while a write is under way');
  finish(true);
  await tick();
  t.same(begun, [2, 4]);
  t.same(done, []);
  finish(true);
  await Promise.all(flushed);
  await writer.flush();
  t.same(begun, [2, 4]);
});

t.test('a failed write is tried again by the next flush, with the latest value', async (t) => {
  const { write, begun, finish } = gate();
  const writer = latestWriter(write, 60_000);
  writer.save(() => 1);
  const first = writer.flush();
  finish(false);
  await first;
  const second = writer.flush();
  await tick();
  writer.save(() => 2);
  finish(false);
  await second;
  const third = writer.flush();
  finish(true);
  await third;
  t.same(begun, [1, 1, 2]);
});
