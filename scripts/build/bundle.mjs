// Makes the service in one folder: its entries, and in files of their own what only some requests need. Types have been
// checked before.
//
//   node scripts/build/bundle.mjs <folder>
//
// One large file costs a start a third of what 300 small ones do (docs/performance.md). Nothing is minified, and maps
// lead from every line to src/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { directNames } from './direct-names.mjs';
import { steadyShapes } from './steady-shapes.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const entries = ['index.ts', 'health-check.ts', 'adapters/audio/mp3-worker.ts'];

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  // All in one folder, where what they read lies too (the page's files, the table of tokens).
  entryPoints: entries.map((file) => ({ in: join('src', file), out: basename(file, '.ts') })),
  outdir: process.argv[2],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  // fp-ts and io-ts as ES modules, of which only what is used is taken. undici's single modules are CommonJS.
  alias: { 'fp-ts/lib': 'fp-ts/es6', 'io-ts': 'io-ts/es6/index.js' },
  plugins: [directNames],
  external: ['undici', ...Object.keys(optionalDependencies)],
  logLevel: 'warning',
  write: false,
});

for (const { path, text, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path.endsWith('.js') ? steadyShapes(text) : contents);
}

/** The packages that are part of the bundle now. */
const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));

const table = `cl100k-base.tokens is made of the table of tokens in js-tiktoken, which is tiktoken's.
Copyright (c) OpenAI, Shantanu Jain; MIT License, as above.`;

const licences = [...packages].toSorted().map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}`);
writeFileSync(join(root, process.argv[2], 'third-party-licences.txt'), [...licences, table, ''].join('\n\n----\n\n'));
