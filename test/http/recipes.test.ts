import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { recipes, type Door } from '../../src/http/status/recipes.ts';
import { project } from '../support/recordings.ts';
import { startService } from '../support/service.ts';

const textOf = (...path: readonly string[]): string => readFileSync(join(project, ...path), 'utf8');

type Row = { readonly application: string; readonly anchor: string; readonly door: string; readonly told: string; readonly seen: string };

const plain = (cell: string): string => cell.replace(/^\[(.*)\]\([^)]*\)$/, '$1');

/** The rows of a page's table of applications: those whose second cell is one of the APIs. */
const rowsOf = (text: string): readonly Row[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
    .filter(([, door = '']) => recipes.some((recipe) => recipe.door === door))
    .map(([name = '', door = '', told = '', seen = '']) => ({ application: plain(name), anchor: /\(.*#(.*)\)$/.exec(name)?.[1] ?? '', door, told, seen }));

const codesIn = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code ?? []);

const manuals = ['clients.md', 'clients.zh-CN.md'] as const;
const readmes = [['README.md', 'docs/clients.md'], ['README.zh-CN.md', 'docs/clients.zh-CN.md']] as const;

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-');

const sectionsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/^## /m).slice(1).map((section) => [anchorOf(section.split('\n')[0] ?? ''), section]));

const expected = recipes.map(({ application, door, settings }) => ({ application, door, told: settings.flatMap((setting) => setting.split('\n')) }));

const toldIn = (rows: readonly Row[]): readonly object[] => rows.map(({ application, door, told }) => ({ application, door, told: codesIn(told) }));

t.test('no application stands twice, and every one is told an address', (t) => {
  t.equal(new Set(recipes.map(({ application }) => application)).size, recipes.length);
  for (const { application, settings } of recipes) t.match(settings.join(' '), /\bBASE\b/, application);
  t.end();
});

for (const [readme, manual] of readmes) {
  t.test(`${readme} tells each application what the status page tells it, and leads to its recipe`, (t) => {
    const rows = rowsOf(textOf(readme));
    t.same(toldIn(rows), expected);
    const sections = sectionsOf(textOf(manual));
    for (const { application, anchor } of rows) t.ok(sections.has(anchor), `${application}: ${manual}#${anchor}`);
    t.ok(textOf(readme).includes(`(${manual})`));
    t.end();
  });
}

/** What npm brings for `npm run agents`, and the application that it is. */
const packages: Readonly<Record<string, string>> = {
  cline: 'Cline',
  '@openai/codex': 'Codex',
  '@continuedev/cli': 'Continue',
  'opencode-ai': 'opencode',
  '@qwen-code/qwen-code': 'qwen-code',
  '@anthropic-ai/claude-code': 'Claude Code',
  '@google/gemini-cli': 'gemini-cli',
};

const agents = [join('scripts', 'agents'), join('test', 'support', 'agents')]
  .flatMap((folder) => readdirSync(join(project, folder)).map((file) => textOf(folder, file)))
  .flatMap((text) => [...text.matchAll(/ackages\b.*\['([^']+)@(\d[\d.]*)'\]/g)])
  .map(([, name = '', version = '']) => `${packages[name] ?? name} ${version}`);

for (const manual of manuals) {
  t.test(`docs/${manual} has each application in its table, and a recipe with the same settings`, (t) => {
    const text = textOf('docs', manual);
    const rows = rowsOf(text);
    t.same(toldIn(rows), expected);
    const sections = sectionsOf(text);
    for (const [index, { application, anchor }] of rows.entries()) {
      const section = sections.get(anchor) ?? '';
      for (const line of expected[index]?.told ?? []) t.ok(section.includes(line), `${application}: ${line}`);
    }
    t.end();
  });

  t.test(`docs/${manual} calls tried what npm run agents tries, with that version, and nothing else`, (t) => {
    const tried = rowsOf(textOf('docs', manual)).flatMap(({ application, seen }) => {
      const [, version] = /^(?:tried [\d-]+, |[\d-]+ 试过，)([\d.]+)$/.exec(seen) ?? [];
      return version === undefined ? [] : [`${application} ${version}`];
    });
    t.same(tried.toSorted(), agents.toSorted());
    t.end();
  });
}

t.test('both languages say the same of when each was tried or read', (t) => {
  const [english = [], chinese = []] = manuals.map((manual) => rowsOf(textOf('docs', manual)).map(({ seen }) => seen.match(/[\d.-]*\d/g) ?? []));
  t.same(chinese, english);
  t.end();
});

/** What an application asks below its address, and how the API says that the password is wrong. */
const asks: Readonly<Record<Door, { readonly path: string; readonly header: string; readonly refusal: object }>> = {
  'OpenAI Chat': { path: '/v1/chat/completions', header: 'authorization', refusal: { error: { code: 'invalid_api_key', param: null } } },
  'OpenAI Responses': { path: '/v1/responses', header: 'authorization', refusal: { error: { code: 'invalid_api_key', param: null } } },
  'Anthropic Messages': { path: '/v1/messages', header: 'x-api-key', refusal: { type: 'error', error: { type: 'authentication_error' } } },
  'Google Gemini': { path: '/v1beta/models/gemini-flash-latest:generateContent', header: 'x-goog-api-key', refusal: { error: { status: 'UNAUTHENTICATED' } } },
};

const addressIn = (settings: readonly string[]): string => /\bBASE\b[\w/]*/.exec(settings.join('\n'))?.[0] ?? '';

/** A program adds what its address has not got yet. */
const asked = (address: string, path: string): string => {
  const [, given = ''] = /^BASE(.*)$/.exec(address) ?? [];
  return path.startsWith(given) ? path : `${given}${path}`;
};

t.test('what an application asks below its address is answered by the API that the recipe names', async (t) => {
  const { url, close } = await startService({ TRUST_PROXY_HOPS: '1' });
  t.teardown(close);
  for (const [index, { application, door, settings }] of recipes.entries()) {
    const { path, header, refusal } = asks[door];
    const headers = { 'content-type': 'application/json', [header]: header === 'authorization' ? 'Bearer wrong' : 'wrong', 'x-forwarded-for': `192.0.2.${index + 1}` };
    const answer = await fetch(`${url}${asked(addressIn(settings), path)}`, { method: 'POST', headers, body: '{}' });
    t.match(await answer.json(), refusal, `${application}: ${answer.status}`);
  }
});
