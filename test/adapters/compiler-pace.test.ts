import { spawnSync } from 'node:child_process';
import process from 'node:process';
import t from 'tap';
import { compilerPace, compilerPaces, type Paces } from '../../src/adapters/compiler-pace.ts';

const pacesHere = compilerPaces(process.versions.v8);
const looks = '11.3.244.8-node.33';

t.test('the V8 that runs here has flags for each pace, and knows each of them', (t) => {
  for (const flags of Object.values(pacesHere ?? { none: [] })) {
    t.not(flags.length, 0);
    const { status, stderr } = spawnSync(process.execPath, [...flags, '--eval', ''], { encoding: 'utf8' });
    t.same({ status, stderr }, { status: 0, stderr: '' });
  }
  t.end();
});

t.test('a flag that V8 does not know is told, so the check above can fail', (t) => {
  const { status } = spawnSync(process.execPath, ['--no-such-flag-of-v8', '--eval', ''], { encoding: 'utf8' });
  t.not(status, 0);
  t.end();
});

t.test('a V8 that nobody has tried is left alone', (t) => {
  for (const version of ['99.1.2', '']) {
    const set: string[] = [];
    const pace = compilerPace(version, (flag) => set.push(flag));
    for (let request = 0; request < 100; request += 1) pace(1);
    t.same(set, []);
  }
  t.end();
});

t.test('all paces of a version set the same flags, so that each replaces the one before it', (t) => {
  for (const version of [looks, '12.4', '13.6', '14.2']) {
    const names = Object.values(compilerPaces(version) ?? {}).map((flags) => flags.map((flag) => flag.split('=')[0]));
    t.equal(names.length, 3);
    for (const each of names) t.same(each, names[0]);
  }
  t.end();
});

/** Which paces were set, in order, when so many requests came beside so many others each. */
const pacesSet = (steps: readonly (readonly [requests: number, atWork: number])[]): readonly string[] => {
  const paces: Partial<Paces> = compilerPaces(looks) ?? {};
  const set: string[] = [];
  const pace = compilerPace(looks, (flag) => set.push(flag));
  for (const [requests, atWork] of steps) for (let each = 0; each < requests; each += 1) pace(atWork);
  const perPace = paces.young?.length ?? 1;
  return Array.from({ length: set.length / perPace }, (_, at) => {
    const flags = set.slice(at * perPace, (at + 1) * perPace).join(' ');
    return Object.entries(paces).find(([, those]) => those.join(' ') === flags)?.[0] ?? flags;
  });
};

t.test('a busy service is young for its first requests, then settled', (t) => {
  t.same(pacesSet([[17_000, 2]]), ['young']);
  t.same(pacesSet([[17_001, 2]]), ['young', 'settled']);
  t.end();
});

t.test('it is quiet while one request comes after the other, and for no single one beside another', (t) => {
  t.same(pacesSet([[15, 1]]), ['young']);
  t.same(pacesSet([[16, 1]]), ['young', 'quiet']);
  t.same(pacesSet([[16, 1], [3, 2], [100, 1]]), ['young', 'quiet']);
  t.same(pacesSet([[16, 1], [4, 2]]), ['young', 'quiet', 'young']);
  t.same(pacesSet([[16, 1], [17_001, 2], [16, 1]]), ['young', 'quiet', 'young', 'settled', 'quiet']);
  t.end();
});

t.test('who only asks alone, as a health check does, ages nothing', (t) => {
  t.same(pacesSet([[20_000, 1], [17_000, 2]]), ['young', 'quiet', 'young']);
  t.end();
});

t.test('it is not while every third request comes beside another, nor are the flags set for each of them', (t) => {
  t.same(pacesSet(Array.from({ length: 1000 }, () => [[2, 1], [1, 2]] as const).flat()), ['young']);
  t.end();
});
