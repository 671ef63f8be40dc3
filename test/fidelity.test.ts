import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { project } from './support/recordings.ts';

type Named = { readonly file: string; readonly name: string };

const page = readFileSync(join(project, 'docs', 'fidelity.md'), 'utf8');
const cells = (line: string): readonly string[] => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim());
const rows = page.split('\n').filter((line) => line.startsWith('| ')).map(cells);

/** `file` › name, several of them with a break between. */
const namedIn = (cell: string): readonly Named[] =>
  cell.split('<br>').flatMap((one) => {
    const [, file, name] = /^`([\w/.-]+\.test\.ts)` › (.+)$/.exec(one) ?? [];
    return file === undefined || name === undefined ? [] : [{ file, name }];
  });

const pitfalls = rows.filter(([number]) => /^\d+$/.test(number ?? ''));

t.test('every pitfall has its row, what is done about it, and a test', (t) => {
  t.same(pitfalls.map(([number]) => Number(number)), Array.from({ length: 80 }, (_, index) => index + 1));
  for (const [number, pitfall, done, tests] of pitfalls) {
    t.ok((pitfall ?? '').length > 3 && (done ?? '').length > 3, `${number}: told`);
    t.ok(namedIn(tests ?? '').length > 0, `${number}: tested`);
  }
  t.end();
});

t.test('every test that the page names is there', (t) => {
  const named = rows.flatMap((row) => row.flatMap(namedIn));
  t.ok(named.length > 90);
  for (const { file, name } of named) {
    const path = join(project, 'test', ...file.split('/'));
    if (!existsSync(path)) {
      t.fail(`${file} is not there`);
      continue;
    }
    const text = readFileSync(path, 'utf8').replaceAll("\\'", "'");
    t.ok(text.includes(`t.test('${name}'`), `${file}: ${name}`);
  }
  t.end();
});

const bounds = ['SECURITY.md', join('docs', 'reliability.md')];

for (const document of bounds) {
  t.test(`${document} names tests that are there`, (t) => {
    const text = readFileSync(join(project, document), 'utf8');
    const named = text.split('\n').filter((line) => line.startsWith('| ')).flatMap((line) => cells(line).flatMap(namedIn));
    t.ok(named.length > 10);
    for (const { file, name } of named) {
      const path = join(project, 'test', ...file.split('/'));
      t.ok(existsSync(path) && readFileSync(path, 'utf8').replaceAll("\\'", "'").includes(name), `${file}: ${name}`);
    }
    t.end();
  });
}
