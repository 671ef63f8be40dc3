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

/** Rows of each character and word that the pattern speaks of, of two of them in turn, and with a beginning that fits; none fits at its end. */
const worstTexts = (source: string, length: number): readonly string[] => {
  const characters = [...new Set([...mentioned(source), 'a', '1', ' ', '.', '-'])].filter((one) => one !== '');
  const words = [...new Set(wordsIn(source))];
  const rows = [...characters, ...words, ...characters.map((one) => `${words[0] ?? 'a'}${one}`), ...characters.flatMap((one) => [' ', 'a', '1', '.'].map((other) => one + other))];
  const endless = (row: string): string => row.repeat(Math.ceil(length / row.length)).slice(0, length);
  return [...new Set(rows)].flatMap((row) => [`${endless(row)}\u0000!`, ...(words[0] === undefined ? [] : [`${words[0]}${endless(row)}\u0000!`])]);
};

const slowest = ({ source, flags }: Found): number => {
  const length = cutBefore[source] ?? whole;
  const pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
  let most = 0;
  const began = performance.now();
  for (const text of worstTexts(source, length)) {
    const from = performance.now();
    text.replace(pattern, '');
    most = Math.max(most, performance.now() - from);
    if (most > mostMs || performance.now() - began > mostMs * 5) break;
  }
  return most;
};

/** As the pattern with each text, but on a tenth of it first: what is quadratic would otherwise take minutes to fail. */
const growsTooFast = (found: Found): boolean => {
  const length = Math.min(cutBefore[found.source] ?? whole, 50_000);
  const pattern = new RegExp(found.source, found.flags.includes('g') ? found.flags : `${found.flags}g`);
  return worstTexts(found.source, length).some((text) => {
    const from = performance.now();
    text.replace(pattern, '');
    return performance.now() - from > 500;
  });
};

t.test('all regular expressions of the source are found', async (t) => {
  t.ok(regexps.length > 80, `${regexps.length} of them`);
  for (const source of ['-thinking-(\\d{1,7})$', '^[\\w+/=-]+$', '\\brate=(\\d{1,9})']) t.ok(regexps.some((one) => one.source === source), source);
});

t.test('no regular expression takes longer than its text is long', async (t) => {
  for (const found of regexps) {
    if (ofOperator(found.file)) continue;
    const name = `src/${found.file}: /${found.source}/${found.flags}`;
    if (growsTooFast(found)) t.fail(name);
    else t.ok(slowest(found) <= mostMs, name);
  }
});

t.test('a quadratic one would be found', async (t) => {
  for (const source of ['\\.+$', '^\\[|\\]$|\\.+$', '\\s*\\n\\s*', '(?:a+)+$', 'project(?:s\\/|\\s+)[\\w-]*\\d[\\w-]*']) t.ok(growsTooFast({ file: '', source, flags: 'g' }), source);
});
