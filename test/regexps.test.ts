import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import t from 'tap';
import { project } from './support/recordings.ts';

/** Each file is read at most once; all of them take seconds. */
t.setTimeout(120_000);

const src = join(project, 'src');

/** What is matched against texts that nobody but the operator writes (settings), each at most 128 KiB long (Linux). */
const ofOperator = (file: string): boolean => file.startsWith('config');

/** Texts that are cut before they are matched: the pattern, and the characters that it is ever given. */
const cutBefore: Readonly<Record<string, number>> = {
  // partial-args.ts: paths of more are none.
  [String.raw`\[(\d+)\]|\['([^']*)'\]|\.?([^.[\]$]+)`]: 2000,
};

const whole = 1_000_000;

/** A linear pattern takes some milliseconds for 1 MB, a quadratic one minutes. */
const mostMs = 2000;

type Found = { readonly file: string; readonly source: string; readonly flags: string };

const literal = /(?:^|[(,=:[!&|?{};\s])\/(?![/*\s])((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=\s*(?:[).,;\]:?]|$))/gm;

const withoutComments = (text: string): string => text.replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');

const made = /new RegExp\(([`'])(.*?)\1/g;

const regexpsOf = (file: string): readonly Found[] => {
  const text = withoutComments(readFileSync(join(src, file), 'utf8'));
  return [
    ...[...text.matchAll(literal)].map(([, source = '', flags = '']) => ({ file, source, flags })),
    ...[...text.matchAll(made)].map(([, , source = '']) => ({ file, source: source.replaceAll(/\$\{\w+\}/g, 'rate').replaceAll('\\\\', '\\'), flags: 'i' })),
  ];
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const regexps = files.flatMap(regexpsOf);

const mentioned = (source: string): readonly string[] => {
  const escapes: Readonly<Record<string, string>> = { '\\d': '1', '\\w': 'a', '\\s': ' ', '\\S': 'x', '\\n': '\n', '\\b': '', '\\r': '\r', '\\t': '\t' };
  const tokens = source.match(/\\u[\da-f]{4}|\\x[\da-f]{2}|\\.|[^\\]/gi) ?? [];
  return tokens.flatMap((token) => {
    if (/^\\[ux]/i.test(token)) return [String.fromCharCode(Number.parseInt(token.slice(2), 16))];
    if (token.startsWith('\\')) return [escapes[token] ?? token.slice(1)];
    return /[\w\s/:;,.<>='"@#%&!~-]/.test(token) ? [token] : [];
  });
};

/** Words that stand in the pattern as they are. */
const wordsIn = (source: string): readonly string[] => source.replaceAll(/\\[dwsSDWbB]/g, ' ').replaceAll('\\', '').match(/[\w/:.=-]{2,}/g) ?? [];

/** Makes a text of some length. */
type Making = (length: number) => string;

/** Rows of each character and word that the pattern speaks of, of two of them in turn, and with a beginning that fits; none fits at its end. */
const worstTexts = (source: string): readonly Making[] => {
  const characters = [...new Set([...mentioned(source), 'a', '1', ' ', '.', '-'])].filter((one) => one !== '');
  const words = [...new Set(wordsIn(source))];
  const rows = new Set([...characters, ...words, ...characters.map((one) => `${words[0] ?? 'a'}${one}`), ...characters.flatMap((one) => [' ', 'a', '1', '.'].map((other) => one + other))]);
  const beginnings = words[0] === undefined ? [''] : ['', words[0]];
  return [...rows].flatMap((row) => beginnings.map((begun): Making => (length) => `${begun}${row.repeat(Math.ceil(length / row.length))}\u0000!`));
};

const milliseconds = (pattern: RegExp, text: string): number => {
  const began = performance.now();
  text.replace(pattern, '');
  return performance.now() - began;
};

const searching = ({ source, flags }: Found): RegExp => new RegExp(source, flags.includes('g') ? flags : `${flags}g`);

/** Of so many characters all texts are tried, the slowest again at ten and at a hundred times the length. */
const short = 10_000;
const slow = 3;

/** What is quadratic takes seconds for a tenth of the text already. */
const mostTenthMs = 500;

const slowestTexts = (found: Found, length: number): readonly number[] => {
  const pattern = searching(found);
  return worstTexts(found.source)
    .map((make, at): readonly [number, number] => [at, milliseconds(pattern, make(length))])
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, slow)
    .map(([at]) => at);
};

/** True when one of its worst texts takes longer at this length. */
const takes = (found: Found, worst: readonly number[], { length, mostMs: most }: { readonly length: number; readonly mostMs: number }): boolean => {
  const texts = worstTexts(found.source);
  return worst.some((at) => milliseconds(searching(found), texts[at]?.(length) ?? '') > most);
};

const growsTooFast = (found: Found): boolean => {
  const most = cutBefore[found.source] ?? whole;
  const worst = slowestTexts(found, Math.min(most, short));
  return (most > short && takes(found, worst, { length: most / 10, mostMs: mostTenthMs })) || takes(found, worst, { length: most, mostMs });
};

t.test('all regular expressions of the source are found', async (t) => {
  t.ok(regexps.length > 80, `${regexps.length} of them`);
  for (const source of ['-thinking-(\\d{1,7})$', '^[\\w+/=-]+$', '\\brate=(\\d{1,9})']) t.ok(regexps.some((one) => one.source === source), source);
});

t.test('no regular expression takes longer than its text is long', async (t) => {
  for (const found of regexps) {
    if (ofOperator(found.file)) continue;
    const name = `src/${found.file}: /${found.source}/${found.flags}`;
    t.notOk(growsTooFast(found), name);
  }
});

t.test('a quadratic one would be found', async (t) => {
  for (const source of ['\\.+$', '^\\[|\\]$|\\.+$', '\\s*\\n\\s*']) t.ok(growsTooFast({ file: '', source, flags: 'g' }), source);
});
