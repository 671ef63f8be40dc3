import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { ResponseBounds } from '../../../src/adapters/responses/kept-list.ts';
import { responseFiles, type ResponseFiles } from '../../../src/adapters/responses/response-files.ts';
import { responseMemory, type ResponseMemory } from '../../../src/adapters/responses/response-memory.ts';
import { freely } from '../../support/capabilities.ts';
import { fakeClock, type FakeClock } from '../../support/contracts/fake-clock.ts';
import { callerWith, keepTurn, responseStoreContract, roomy } from '../../support/contracts/response-store-contract.ts';
import { E } from '../../../src/kernel/fp.ts';

type Opened = { readonly store: ResponseMemory; readonly files: ResponseFiles; readonly lines: readonly string[] };

let made = 0;

const openedIn = (folder: string, clock: FakeClock, bounds: ResponseBounds = roomy): Opened => {
  const lines: string[] = [];
  const newId = (): string => String((made += 1)).padStart(8, '0');
  const files = responseFiles({ folder, mostBytes: bounds.mostBytes, now: clock.now, newId, delayMs: 60_000, log: (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`) });
  return { store: responseMemory(bounds, { now: clock.now, files }), files, lines };
};

const alice = callerWith('made-up-password-of-alice');

const idsIn = async ({ store }: Opened, ids: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(ids.map(async (id) => store.findResponse(id, { caller: alice, memory: freely })()));
  return found.flatMap((one) => (E.isRight(one) && one.right !== null ? [one.right.id] : []));
};

const filesIn = (folder: string): readonly string[] => readdirSync(folder).toSorted();

const textsIn = (folder: string): string => filesIn(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join();

const start = '2026-11-29T12:00:00Z';

t.test('responses on disk, each store opened anew', async (t) =>
  responseStoreContract(t, async (bounds, clock) => {
    const folder = join(t.testdir(), String((made += 1)));
    const open = (): Opened => openedIn(folder, clock, bounds);
    let running = open();
    const reopened = async (): Promise<ResponseMemory> => {
      await running.files.flush();
      running = open();
      return running.store;
    };
    return {
      mostBytesEach: bounds.mostBytesEach,
      keepResponse: (record, caller) => running.store.keepResponse(record, caller),
      removeResponse: async (id, caller) => running.store.removeResponse(id, caller),
      findResponse: (id, asker) => async () => (await reopened()).findResponse(id, asker)(),
      recallItems: (references, asker) => async () => (await reopened()).recallItems(references, asker)(),
      use: async () => running.store.use(),
    };
  }),
);

t.test('a restart keeps what was kept, in files for their owner alone', async (t) => {
  const folder = join(t.testdir(), 'state', 'responses');
  const clock = fakeClock(start);
  const first = openedIn(folder, clock);
  for (const id of ['resp_1', 'resp_2']) await keepTurn(first.store, { id });
  await first.files.flush();
  t.equal(filesIn(folder).length, 1, 'what came together stands together');
  for (const name of filesIn(folder)) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.notMatch(textsIn(folder), /made-up-password/);
  const second = openedIn(folder, clock);
  t.same(await idsIn(second, ['resp_1', 'resp_2']), ['resp_1', 'resp_2']);
  await keepTurn(second.store, { id: 'resp_3', previous: 'resp_2' });
  await second.files.flush();
  t.same(await idsIn(openedIn(folder, clock), ['resp_1', 'resp_2', 'resp_3']), ['resp_1', 'resp_2', 'resp_3']);
  t.same([...first.lines, ...second.lines], []);
});

t.test('what was removed is not on disk any more, though its neighbours are', async (t) => {
  const folder = t.testdir();
  const opened = openedIn(folder, fakeClock(start));
  for (const id of ['resp_1', 'resp_2']) await keepTurn(opened.store, { id, text: `words of ${id}` });
  await opened.files.flush();
  await opened.store.removeResponse('resp_1', alice);
  await opened.files.flush();
  t.notMatch(textsIn(folder), /words of resp_1/);
  t.match(textsIn(folder), /words of resp_2/);
});

t.test('files go when nothing in them is kept any more: too old, or driven out', async (t) => {
  const folder = t.testdir();
  const clock = fakeClock(start);
  const bounds = { ...roomy, mostResponses: 3, longestMs: 60_000 };
  const opened = openedIn(folder, clock, bounds);
  for (const id of ['resp_1', 'resp_2', 'resp_3', 'resp_4', 'resp_5']) {
    await keepTurn(opened.store, { id });
    await opened.files.flush();
    clock.advance(1000);
  }
  t.equal(filesIn(folder).length, 3);
  clock.advance(120_000);
  t.same(await idsIn(openedIn(folder, clock, bounds), ['resp_5']), []);
  await keepTurn(opened.store, { id: 'resp_6' });
  await opened.files.flush();
  t.equal(filesIn(folder).length, 1);
  t.notMatch(textsIn(folder), /resp_5/);
});

t.test('what one address is left with among all that another kept is there after a restart, and the disk holds little more', async (t) => {
  const folder = t.testdir();
  const clock = fakeClock(start);
  const bounds = { ...roomy, mostResponses: 100_000, mostBytes: 6_000_000, mostBytesEach: 1_000_000 };
  const opened = openedIn(folder, clock, bounds);
  const greedy = callerWith('made-up-password-of-alice', '198.51.100.7');
  const own = Array.from({ length: 20 }, (_, at) => `own_${at}`);
  for (const id of own) {
    await keepTurn(opened.store, { id });
    for (let times = 0; times < 20; times += 1) await keepTurn(opened.store, { id: `any_${id}_${times}`, text: 'x'.repeat(50_000), caller: greedy });
    await opened.files.flush();
    clock.advance(1000);
  }
  t.ok(textsIn(folder).length < 9_500_000, `${textsIn(folder).length} bytes`);
  t.notMatch(filesIn(folder).map((name) => readFileSync(join(folder, name), 'utf8').slice(0, 2000)), /127\.0\.0\.1|198\.51/);
  const again = openedIn(folder, clock, bounds);
  t.same(await idsIn(again, own), own);
  for (let times = 0; times < 200; times += 1) await keepTurn(again.store, { id: `more_${times}`, text: 'x'.repeat(50_000), caller: greedy });
  t.same(await idsIn(again, own), own, 'nor does it lose them then');
  t.same([...opened.lines, ...again.lines], []);
});

t.test('whatever is kept stands in a file as it was, and what was removed does not', async (t) => {
  const words = fc.string({ unit: fc.constantFrom('a', 'é', '日', '🙂', '\n', '"'), maxLength: 40 });
  const turn = fc.record({ text: fc.tuple(words, fc.constantFrom(1, 30, 3000)).map(([text, times]) => text.repeat(times)), previous: fc.option(words, { nil: null }), isRemoved: fc.boolean(), isFlushed: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
      const folder = join(t.testdir(), String((made += 1)));
      const clock = fakeClock(start);
      const bounds = { ...roomy, mostBytes: 20_000_000, mostBytesEach: 8_000_000 };
      const opened = openedIn(folder, clock, bounds);
      const named = turns.map((one, at) => ({ ...one, id: `resp_${at}` }));
      for (const { id, text, previous, isFlushed } of named) {
        await keepTurn(opened.store, { id, text, previous });
        if (isFlushed) await opened.files.flush();
      }
      for (const { id, isRemoved } of named) if (isRemoved) await opened.store.removeResponse(id, alice);
      await opened.files.flush();
      const again = openedIn(folder, clock, bounds);
      for (const { id, isRemoved } of named) {
        const [before, after] = await Promise.all([opened, again].map(async ({ store }) => store.findResponse(id, { caller: alice, memory: freely })()));
        t.same(after, isRemoved ? E.right(null) : before);
        t.equal(await idsIn(again, [id]).then(({ length }) => length), isRemoved ? 0 : 1);
      }
      t.same([...opened.lines, ...again.lines], []);
    }),
    { numRuns: 40 },
  );
});

t.test('files of versions that left no room in a head are read', async (t) => {
  const folder = t.testdir();
  const clock = fakeClock(start);
  const opened = openedIn(folder, clock);
  for (const id of ['resp_1', 'resp_2']) await keepTurn(opened.store, { id });
  await opened.files.flush();
  const [name = ''] = filesIn(folder);
  writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').replace(/"bytes": +/g, '"bytes":'));
  const again = openedIn(folder, clock);
  t.same(await idsIn(again, ['resp_1', 'resp_2']), ['resp_1', 'resp_2']);
  await again.store.removeResponse('resp_1', alice);
  await again.files.flush();
  t.same(await idsIn(openedIn(folder, clock), ['resp_1', 'resp_2']), ['resp_2'], 'and written again');
});

t.test('what is damaged is left out with a warning, and the rest stands', async (t) => {
  const folder = t.testdir();
  const clock = fakeClock(start);
  const opened = openedIn(folder, clock);
  await keepTurn(opened.store, { id: 'resp_1' });
  await opened.files.flush();
  const [name = ''] = filesIn(folder);
  const whole = readFileSync(join(folder, name));
  const head = whole.subarray(0, whole.indexOf('\n') + 1).toString();
  t.match(head, /"bytes": +\d+\}\n$/);
  const faults: readonly (readonly [string, string | Buffer])[] = [
    ['1-half', whole.subarray(0, whole.length - 20)],
    ['1-words', 'these are no responses\n'],
    ['1-long', head.replace(/"bytes": +\d+/, '"bytes":1e15')],
    ['1-type', head.replace(/"id":"resp_1"/, '"id":1')],
    ['1-open', 'no line'],
  ];
  for (const [fault, content] of faults) writeFileSync(join(folder, `${fault}.responses`), content);
  mkdirSync(join(folder, '1-folder.responses'));
  symlinkSync('/etc/hostname', join(folder, '1-link.responses'));
  writeFileSync(join(folder, 'something-else.json'), '{}');
  const again = openedIn(folder, clock);
  t.same(await idsIn(again, ['resp_1']), ['resp_1']);
  t.equal(again.lines.filter((line) => line.includes('damaged')).length, faults.length + 2, again.lines.join('\n'));
});

t.test('what a crash left is removed, but not what is being written now', async (t) => {
  const folder = t.testdir();
  const [old, fresh] = [join(folder, '1.responses.abc.tmp'), join(folder, '2.responses.abc.tmp')];
  for (const path of [old, fresh]) writeFileSync(path, 'half');
  utimesSync(old, 1, 1);
  await openedIn(folder, { ...fakeClock(start), now: Date.now }).store.use();
  t.same([existsSync(old), existsSync(fresh)], [false, true]);
});

t.test('a disk that refuses is told once, and memory goes on', async (t) => {
  const path = join(t.testdir(), 'file');
  writeFileSync(path, '');
  const opened = openedIn(join(path, 'responses'), fakeClock(start));
  for (const id of ['resp_1', 'resp_2']) {
    await keepTurn(opened.store, { id });
    await opened.files.flush();
  }
  t.same(await idsIn(opened, ['resp_1', 'resp_2']), ['resp_1', 'resp_2']);
  t.equal(opened.lines.length, 1);
  t.match(opened.lines[0], /warn Responses cannot be kept on disk; they stay in memory {"code":"ENOTDIR"}/);
});
