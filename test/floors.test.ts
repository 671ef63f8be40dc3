import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/**
 * Each floor, which is a folder, and what it may import beside itself; `node` is what comes with Node, `packages` npm's.
 * A new public dialect is a line here. What is not listed, and not of the top, is refused.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  gemini: ['kernel'],
  ports: ['kernel', 'gemini'],
  wire: ['kernel', 'gemini', 'ports'],
  openai: ['kernel', 'gemini', 'ports', 'wire'],
  anthropic: ['kernel', 'gemini', 'ports', 'wire'],
  google: ['kernel', 'gemini', 'ports', 'wire'],
  adapters: ['kernel', 'gemini', 'ports', 'node', 'packages'],
  pipeline: ['kernel', 'gemini', 'ports'],
  http: ['kernel', 'gemini', 'ports', 'pipeline', 'node'],
};

/** What stands above all floors, and may import everything. */
const top = ['compose', 'compose.ts', 'config', 'config.ts', 'health-check.ts', 'index.ts'];

/** The files of the lowest floor that are the door to packages. */
const doors: readonly string[] = ['fp.ts', 'either.ts', 'task-either.ts'].map((name) => join('kernel', name));

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const src = join(project, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const floorOf = (file: string): string => {
  const [first = ''] = file.split(sep);
  return top.includes(first) ? 'top' : first;
};

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/g)].map(
    ([, from, lazy]) => from ?? lazy ?? '',
  );

const targetOf = (file: string, imported: string): string => {
  if (imported.startsWith('node:')) return 'node';
  return imported.startsWith('.') ? floorOf(relative(src, resolve(src, dirname(file), imported))) : 'packages';
};

const offence = (file: string, imported: string): string | null => {
  const floor = floorOf(file);
  const target = targetOf(file, imported);
  const isAllowed = floor === 'top' || target === floor || (floors[floor] ?? []).includes(target);
  return isAllowed || (doors.includes(file) && target === 'packages') ? null : `src/${file} (${floor}) imports ${imported} (${target})`;
};

t.test('src holds the floors and the top, and nothing else', (t) => {
  const found = readdirSync(src, { withFileTypes: true }).map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`);
  const known = [...Object.keys(floors).map((floor) => `${floor}/`), ...top.map((name) => (name.endsWith('.ts') ? name : `${name}/`))];
  t.same(found.toSorted(), known.toSorted());
  t.end();
});

t.test('docs/architecture.md has the same floors', (t) => {
  const rows = readFileSync(join(project, 'docs', 'architecture.md'), 'utf8').matchAll(/^\| \w+ \| `src\/(\w+)\/` \|.*\| ([^|]+) \|$/gm);
  const told = [...rows].map(([, floor, allowed = '']) => [floor, allowed.split(', ').map((name) => (name === 'fp-ts' ? '' : name.replace('npm packages', 'packages'))).filter((name) => name !== '')]);
  t.same(Object.fromEntries(told), floors);
  t.end();
});

t.test('every file imports from its own floor and those below only', (t) => {
  t.ok(files.length > 50, 'the files were found');
  const found = files.flatMap((file) => importsOf(readFileSync(join(src, file), 'utf8')).flatMap((imported) => offence(file, imported) ?? []));
  t.same(found, []);
  t.end();
});

t.test('an import against the floors is named', (t) => {
  t.equal(offence(join('openai', 'errors.ts'), '../adapters/clock.ts'), `src/${join('openai', 'errors.ts')} (openai) imports ../adapters/clock.ts (adapters)`);
  t.equal(offence(join('http', 'server.ts'), '../openai/errors.ts'), `src/${join('http', 'server.ts')} (http) imports ../openai/errors.ts (openai)`);
  t.equal(offence(join('http', 'server.ts'), 'undici'), `src/${join('http', 'server.ts')} (http) imports undici (packages)`);
  t.equal(offence(join('cellar', 'rat.ts'), '../kernel/fp.ts'), `src/${join('cellar', 'rat.ts')} (cellar) imports ../kernel/fp.ts (kernel)`);
  t.equal(offence(join('kernel', 'stage.ts'), 'undici'), `src/${join('kernel', 'stage.ts')} (kernel) imports undici (packages)`);
  t.equal(offence(join('pipeline', 'admit.ts'), '../kernel/fp.ts'), null);
  t.same(importsOf("import { a } from './a.ts';\nexport * as E from 'x';\nconst b = await import('./b.ts');"), ['./a.ts', 'x', './b.ts']);
  t.end();
});

/** What is loaded with a file at once: its imports and theirs, not those that wait for `import()`. */
const loadedWith = (file: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(src, file), 'utf8');
  for (const [, imported = ''] of text.matchAll(/(?:^|\n)\s*(?:import|export)\s(?!type\b)[^;]*?\bfrom\s+'(\.[^']+)'/g)) {
    loadedWith(relative(src, resolve(src, dirname(file), imported)), seen);
  }
  return seen;
};

t.test('a start loads no endpoint: what only requests need waits for the first of them', (t) => {
  const loaded = [...loadedWith('index.ts')];
  t.ok(loaded.includes('compose.ts'));
  const early = loaded.filter((file) => /(?:^|\/)(?:dialect|serve|to-gemini|request)\.ts$|^gemini\/(?:schema|conversation|tools)\//.test(file.split(sep).join('/')));
  t.same(early, []);
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

t.test('a frame gets other candidates by withCandidates alone, which forgets what was known of its text', (t) => {
  const changing = files.filter((file) => /\{\s*\.\.\.frame,\s*candidates\b/.test(readFileSync(join(src, file), 'utf8')));
  t.same(changing, [join('gemini', 'plain-text.ts')]);
  t.end();
});

t.test('no file is longer than 250 lines', (t) => {
  const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 251);
  t.same(long, []);
  t.end();
});

/** A text that has its line nearly to itself can't be broken. */
const isOneText = (line: string): boolean => line.replace(/(?<mark>['"`/]).*\k<mark>/, '').trim().length <= 24;

/** A list of words, which has no lines of its own. */
const isWordList = (file: string): boolean => basename(file) === 'known-words.ts';

t.test('no line is longer than 120 characters, but a text that stands alone', (t) => {
  const wide = files
    .filter((file) => !isWordList(file))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .flatMap((line, at) => (line.length > 120 && !isOneText(line) ? [`src/${file}:${at + 1} ${line}`] : [])),
    );
  t.same(wide, []);
  t.end();
});

/** What every endpoint has. */
const endpointFiles = ['dialect.ts', 'machine.ts', 'reply.ts', 'request.ts', 'to-gemini.ts', 'usage.ts'];

t.test('no two files have one name, but those that every endpoint has', (t) => {
  const once = files.filter((file) => !endpointFiles.includes(basename(file)));
  t.same(
    once.filter((file, at) => once.findIndex((other) => basename(other) === basename(file)) !== at),
    [],
  );
  t.end();
});

/** Ideas of the house: how an error travels through a generator (`kernel/proxy-error.ts`), and the side of an Either. */
const ideas = ['caught', 'thrown', 'left'];

/** Verbs that end like participles. */
const verbs = ['embed', 'feed', 'need', 'seed', 'proceed'];

const irregular =
  'asked told shown begun read ran fed left put cut split kept held made sent spent met lost found heard seen known given taken ' +
  'written drawn hidden spoken chosen borne built bought brought laid led meant paid said sought sold set stood taught thought won';

const isBareParticiple = (name: string): boolean =>
  !ideas.includes(name) && !verbs.includes(name) && (/^[a-z]+ed$/.test(name) || irregular.split(' ').includes(name));

const functionsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:export )?(?:const (\w+)(?:: [^\n]+)? =\s*(?:async\s*)?(?:<|\()|(?:async )?function\*? (\w+))/gm)].map(
    ([, arrow, plain]) => arrow ?? plain ?? '',
  );

t.test('a function is a verb with its object or a noun, not a bare participle', (t) => {
  t.same(functionsOf('export const told = (a) => a;\nconst shown =\n  <A>(a: A) => a;\nasync function* ran() {}\nconst read = 1;\n'), ['told', 'shown', 'ran']);
  const bare = files.flatMap((file) => functionsOf(readFileSync(join(src, file), 'utf8')).filter(isBareParticiple).map((name) => `src/${file} ${name}`));
  t.same(bare, []);
  t.end();
});

t.test('the bounds of a request are prepared once, not for each request', (t) => {
  const prepared = files.filter((file) => /decodeWithin\([^()]*\)\(/.test(readFileSync(join(src, file), 'utf8')));
  t.strictSame(prepared, []);
  t.end();
});

t.test('no object has a getter of its own, and so a shape of its own, but large answers', (t) => {
  const withGetters = files.filter((file) => /^\s*get \w+\(\)/m.test(readFileSync(join(src, file), 'utf8')));
  t.same(withGetters, ['ports/reply.ts']);
  t.end();
});

t.test('the built service calls what modules export by its own name, not as a getter of an object', (t) => {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.js')))
    t.notMatch(readFileSync(join(dist, file), 'utf8'), /\b\w+_exports\.\w/, file);
  t.end();
});

t.test('objects of the built service that begin with a copy share their shapes, and hold the same', async (t) => {
  const made: unknown = await import(new URL('../../scripts/build/steady-shapes.mjs', import.meta.url).href);
  const { steadyShapes } = made as { readonly steadyShapes: (code: string) => string };
  const code = `
    const a = { x: 1, ['__proto__']: { p: 1 } };
    const { ...rest } = { ...a, text: '{ ...a, x }', nested: [{ ...a, ...{ y: 2 }, x: 3 }] };
    export const result = JSON.stringify([rest, { ...a }, (({ x, ...others }) => ({ ...others, x }))({ ...null, ...rest, z: 1 })]);
  `;
  const steady = steadyShapes(code);
  t.equal(steady.match(/\{ \.\.\.null, \.\.\./g)?.length, 4);
  const resultOf = async (text: string): Promise<unknown> => (await import(`data:text/javascript,${encodeURIComponent(text)}`)).result;
  t.equal(await resultOf(steady), await resultOf(code));
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(join(dist, file), 'utf8');
    t.ok(steadyShapes(text) === text, file);
  }
});

/** What a file of the source or a test takes from which other file. */
const namesTaken = (folder: string, file: string): readonly string[] => {
  const text = readFileSync(join(folder, file), 'utf8');
  const named = [...text.matchAll(/^(?:import|export) (?:type )?(?:\{([^}]*)\}|\*[^']*) from '(\.[^']+)';/gm)];
  return [...named.flatMap(([, names = '*', from = '']) => names.split(',').map((name) => `${resolve(folder, dirname(file), from)} ${name.trim().replace(/^type /, '').split(' ')[0]}`)), ...[...text.matchAll(/import\('(\.[^']+)'\)/g)].map(([, from = '']) => `${resolve(folder, dirname(file), from)} *`)];
};

t.test('what is exported is used by the service: by another file, or in its own where a test looks at it', (t) => {
  const allTaken = (folder: string): ReadonlySet<string> =>
    new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).flatMap((file) => namesTaken(folder, file)));
  const [used, tested] = [allTaken(src), allTaken(join(project, 'test'))];
  const idle = files.flatMap((file) => {
    const [text, path] = [readFileSync(join(src, file), 'utf8'), resolve(src, file)];
    return [...text.matchAll(/^export (?:const|(?:async )?function\*?) (\w+)/gm)].flatMap(([, name = '']) => {
      if (used.has(`${path} ${name}`) || used.has(`${path} *`)) return [];
      const isUsedHere = (text.match(new RegExp(`^(?! \\*|\\/).*\\b${name}\\b`, 'gm')) ?? []).length > 1;
      return isUsedHere && tested.has(`${path} ${name}`) ? [] : [`src/${file} ${name}`];
    });
  });
  t.same(idle, []);
  t.end();
});
