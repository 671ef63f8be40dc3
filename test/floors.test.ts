import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** Each floor and what it may import beside itself; `*` is everything, `packages` is Node's and npm's. */
const floors: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  gemini: ['kernel'],
  ports: ['kernel', 'gemini'],
  wire: ['kernel', 'gemini', 'ports'],
  openai: ['kernel', 'gemini', 'ports', 'wire'],
  adapters: ['kernel', 'gemini', 'ports', 'packages'],
  pipeline: ['kernel', 'gemini', 'ports'],
  http: ['kernel', 'gemini', 'ports', 'pipeline', 'packages'],
  top: ['*'],
};

/** The one file of the lowest floor that opens the door to packages. */
const door = join('kernel', 'fp.ts');

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const src = join(project, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const floorOf = (file: string): string => {
  const first = file.split(sep)[0] ?? '';
  return Object.hasOwn(floors, first) ? first : 'top';
};

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/g)].map(
    ([, from, lazy]) => from ?? lazy ?? '',
  );

const offence = (file: string, imported: string): string | null => {
  const floor = floorOf(file);
  const allowed = floors[floor] ?? [];
  if (allowed.includes('*')) return null;
  const target = imported.startsWith('.') ? floorOf(relative(src, resolve(src, dirname(file), imported))) : 'packages';
  return target === floor || allowed.includes(target) || file === door ? null : `src/${file} (${floor}) imports ${imported} (${target})`;
};

t.test('every file imports from its own floor and those below only', (t) => {
  t.ok(files.length > 50, 'the files were found');
  const found = files.flatMap((file) => importsOf(readFileSync(join(src, file), 'utf8')).flatMap((imported) => offence(file, imported) ?? []));
  t.same(found, []);
  t.end();
});

t.test('an import against the floors is named', (t) => {
  t.equal(offence(join('openai', 'errors.ts'), '../adapters/clock.ts'), `src/${join('openai', 'errors.ts')} (openai) imports ../adapters/clock.ts (adapters)`);
  t.equal(offence(join('kernel', 'stage.ts'), 'undici'), `src/${join('kernel', 'stage.ts')} (kernel) imports undici (packages)`);
  t.equal(offence(join('pipeline', 'admit.ts'), '../kernel/fp.ts'), null);
  t.same(importsOf("import { a } from './a.ts';\nexport * as E from 'x';\nconst b = await import('./b.ts');"), ['./a.ts', 'x', './b.ts']);
  t.end();
});

t.test('every export says what it is for', (t) => {
  const silent = files.flatMap((file) => {
    const lines = readFileSync(join(src, file), 'utf8').split('\n');
    return lines.flatMap((line, at) => (/^export (?:const|type|async|function)/.test(line) && !(lines[at - 1] ?? '').endsWith('*/') ? [`src/${file}:${at + 1} ${line}`] : []));
  });
  t.same(silent, []);
  t.end();
});

t.test('no file is longer than 250 lines', (t) => {
  const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 251);
  t.same(long, []);
  t.end();
});
