// Runs the tests of OpenAI's and Google's clients with the newest of them, which need a newer Node than the oldest supported one.
//
//   node scripts/newest-clients.mjs [path to the node that shall run them]
//
// The packages come from npm into a temporary folder, where the built tests stand beside them; what else the tests
// import is found in the project's own packages. Everything talks to 127.0.0.1.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));

const packages = [
  'openai@7.59.0',
  'ai@7',
  '@ai-sdk/openai@4',
  '@ai-sdk/anthropic@4',
  '@ai-sdk/google@4',
  '@google/genai@3',
  '@langchain/openai@1.6',
  '@langchain/core@1',
  '@openai/agents@0.20',
  'zod@4.6.7',
];

const tests = [
  'openai-sdk',
  'openai-responses',
  'openai-kept-responses',
  'openai-completions',
  'openai-embeddings',
  'openai-frameworks',
  'google-genai',
  'google-others',
];

function run(command, args, cwd) {
  const { status, signal, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  return error?.message ?? signal ?? status;
}

/** The project's packages above, the newest clients beside the tests. */
function prepare(root) {
  const folder = join(root, 'newest');
  mkdirSync(folder);
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction');
  cpSync(join(project, 'dist-test'), join(folder, 'dist-test'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const ended = run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', ...packages], folder);
  if (ended !== 0) throw new Error(`npm install ended with ${ended}`);
  for (const name of packages.map((one) => one.slice(0, one.lastIndexOf('@')))) {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    console.log(`${name} ${version}`);
  }
  return folder;
}

function runTests(folder, node) {
  const outcomes = tests.map((name) => {
    const ended = run(node, [join('dist-test', 'test', 'clients', `${name}.test.js`)], folder);
    return { name, ended };
  });
  for (const { name, ended } of outcomes) console.log(`${ended === 0 ? 'ok    ' : 'not ok'} ${name} with the newest clients`);
  return outcomes.every(({ ended }) => ended === 0);
}

const root = mkdtempSync(join(tmpdir(), 'newest-clients-'));
try {
  if (!runTests(prepare(root), process.argv[2] ?? process.execPath)) process.exitCode = 1;
} catch (error) {
  console.error(`newest-clients: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
