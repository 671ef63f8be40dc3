import { below, oneOf, onceIn, type Random } from './choose.ts';

/** JSON as a tree; a `Raw` is written as it is, so that a tree can hold what no value can: 1e999, keys twice. */
export type Tree = null | boolean | number | string | Raw | readonly Tree[] | { readonly [key: string]: Tree };

export type Raw = { readonly raw: string };

const isRaw = (tree: Tree): tree is Raw => typeof tree === 'object' && tree !== null && 'raw' in tree && typeof tree.raw === 'string';

const isObject = (tree: Tree): tree is { readonly [key: string]: Tree } => typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !isRaw(tree);

/** The tree as JSON text. */
export const written = (tree: Tree): string => {
  if (isRaw(tree)) return tree.raw;
  if (Array.isArray(tree)) return `[${tree.map(written).join(',')}]`;
  if (isObject(tree)) return `{${Object.entries(tree).map(([key, value]) => `${JSON.stringify(key)}:${written(value)}`).join(',')}}`;
  return JSON.stringify(tree);
};

const raw = (text: string): Raw => ({ raw: text });
const nested = (levels: number, open: string, close: string): Raw => raw(`${open.repeat(levels)}1${close.repeat(levels)}`);

const numbers = ['0', '-0', '-1', '1.5', '1e999', '-1e999', '1e-999', '1e308', '9007199254740993', '18446744073709551616', '4294967295', '2147483648', `1${'0'.repeat(400)}`].map(raw);
const broken = ['NaN', 'Infinity', 'undefined', '01', '.5', "'a'", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\n"', '', '{"a":1,"a":2}', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '[,]', '{,}', '{"toString":1,"hasOwnProperty":2}'].map(raw);
const deep = [nested(20, '[', ']'), nested(95, '{"a":', '}'), nested(300, '{"items":', '}'), nested(3000, '[', ']'), nested(50_000, '{"a":', '}')];

const texts: readonly string[] = [
  '', ' ', '\0', '\ud800', '\u2028', 'a'.repeat(10_000), '../../etc/passwd', '__proto__', 'constructor', 'toString', 'length', '%s%n%zz', '\r\nx-injected: 1', '${7*7}', '<script>alert(1)</script>',
  'data:', 'data:,', 'data:;base64,', 'data:image/png;base64,AAA', 'data:image/png;base64,\0', 'http://', 'http://127.0.0.1:1/x.png', 'http://[::1]/a', 'file:///etc/passwd', 'javascript:alert(1)',
  '![](', '![](data:image/png;base64,AAAA)', '[DONE]', 'data: [DONE]\n\n', ': x\n\n', 'null', 'true', '{}', '[]', '{"a":', 'NaN', 'image/png', 'audio/L16;rate=99999999999', 'audio/wav', 'STOP', 'CONTINUATION', 'models/', 'files/x',
  '$.a[4294967294]', '$.a[99999999999999999999].b', '$.__proto__.polluted', `$${'.a'.repeat(5000)}`, `$${'[0]'.repeat(300)}`, '🙂'.repeat(50), '\u202eabc',
];

const large = (random: Random): Tree => oneOf<() => Tree>(random, [
  () => Array.from({ length: 3000 }, () => null),
  () => Array.from({ length: 3000 }, () => ({})),
  () => Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`k${at}`, at])),
  () => 'x'.repeat(200_000),
])();

/** A value that nobody expects. */
export const oddValue = (random: Random): Tree => {
  const kind = below(random, 20);
  if (kind < 5) return oneOf(random, numbers);
  if (kind < 9) return oneOf(random, texts);
  if (kind < 12) return oneOf<Tree>(random, [null, true, false, [], {}, [[]], [null], { '': '' }, [{}]]);
  if (kind < 15) return oneOf(random, broken);
  if (kind < 17) return oneOf(random, deep);
  return kind < 18 ? large(random) : oneOf(random, texts);
};

/** What no check of types stops. */
const oddOfKind = (old: Tree, random: Random): Tree => {
  if (typeof old === 'string') return oneOf(random, texts);
  if (typeof old === 'number') return oneOf(random, numbers);
  return isObject(old) ? oneOf(random, deep) : oddValue(random);
};

type Path = readonly string[];

const paths = (tree: Tree, at: Path = []): readonly Path[] => {
  if (Array.isArray(tree)) return [at, ...tree.flatMap((one: Tree, index) => paths(one, [...at, String(index)]))];
  if (isObject(tree)) return [at, ...Object.entries(tree).flatMap(([key, one]) => paths(one, [...at, key]))];
  return [at];
};

/** What to do with the value at a place, its parent in view: undefined takes it away. */
const changed = (tree: Tree, [step, ...rest]: Path, change: (old: Tree) => Tree | undefined): Tree => {
  if (step === undefined) return change(tree) ?? null;
  const entries: readonly (readonly [string, Tree])[] = Array.isArray(tree) || isObject(tree) ? Object.entries(tree) : [];
  const next = entries.flatMap(([key, one]): readonly (readonly [string, Tree])[] => {
    if (key !== step) return [[key, one]];
    const value = rest.length === 0 ? change(one) : changed(one, rest, change);
    return value === undefined ? [] : [[key, value]];
  });
  return Array.isArray(tree) ? next.map(([, one]) => one) : Object.fromEntries(next);
};

/** Longer than this nothing is repeated: a large answer takes its time, and that is no fault. */
const mostRepeated = 20_000;

const repeated = (tree: Tree, times: number): Tree =>
  Array.isArray(tree) && written(tree).length < mostRepeated ? Array.from({ length: times }, () => tree as readonly Tree[]).flat() : tree;

const withKey = (tree: Tree, random: Random): Tree =>
  isObject(tree) ? { ...tree, [oneOf(random, ['__proto__', 'constructor', 'toJSON', 'then', 'length', 'error', 'index', 'text', 'thought', 'stream', 'n'])]: oddValue(random) } : oddValue(random);

/** One change at a random place: an odd value, something taken away, added, repeated, or put in from elsewhere. */
export const mutatedTree = (tree: Tree, random: Random): Tree => {
  const all = paths(tree);
  const elsewhere = (): Tree => {
    let found: Tree = null;
    changed(tree, oneOf(random, all), (old) => (found = old));
    return found;
  };
  const change = oneOf<(old: Tree) => Tree | undefined>(random, [
    () => oddValue(random),
    (old) => oddOfKind(old, random),
    (old) => oddOfKind(old, random),
    () => undefined,
    (old) => withKey(old, random),
    (old) => repeated(old, oneOf(random, [2, 3, 50])),
    (old) => [old],
    elsewhere,
  ]);
  return changed(tree, oneOf(random, all), change);
};

const insertions = [Buffer.from([0]), Buffer.from([0xff, 0xfe]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('\ufeff'), Buffer.from('\r\n'), Buffer.from('"'), Buffer.from('}]}'), Buffer.from('[DONE]')];

/** One change of the bytes: cut short, a byte turned, bytes put in or taken away. */
export const mutatedBytes = (bytes: Buffer, random: Random): Buffer => {
  const at = below(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + below(random, 20));
  return oneOf<() => Buffer>(random, [
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([below(random, 256)]), bytes.subarray(Math.min(bytes.length, at + 1))]),
    () => Buffer.concat([bytes.subarray(0, at), oneOf(random, insertions), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]),
    () => Buffer.concat([bytes, bytes.subarray(at)]),
  ])();
};

/** JSON with a few faults in it, or in its bytes; now and then none. */
export const oddJson = (tree: Tree, random: Random): Buffer => {
  let mutated = tree;
  for (let count = below(random, 4); count > 0; count -= 1) mutated = mutatedTree(mutated, random);
  const bytes = Buffer.from(written(mutated));
  return onceIn(random, 6) ? mutatedBytes(bytes, random) : bytes;
};
