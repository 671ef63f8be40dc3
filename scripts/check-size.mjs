// Installs what a deployment installs, beside the built service, holds its size on disk against the bounds, and starts
// it without the optional packages. Fails too where docs/dependencies.md tells another figure than what is found.
//
//   node scripts/check-size.mjs
import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const megabyte = 1e6;
/** A figure in the docs may be off by so much: other platforms' packages and file systems differ a little. */
const tolerance = 0.15;

/** What a path takes on disk, in whole blocks, as `du` counts. */
function bytesOf(path) {
  const stat = lstatSync(path);
  const own = stat.blocks === undefined ? stat.size : stat.blocks * 512;
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), own) : own;
}

function run(cwd, command, ...args) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

function install(folder, ...args) {
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(folder, file));
  run(folder, 'npm', 'ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...args);
  return bytesOf(join(folder, 'node_modules'));
}

/** Rows of the docs' table: what, megabytes, at most. */
function toldSizes() {
  const rows = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8').matchAll(/^\| ([^|]+) \| ([\d.]+) MB \| ([\d.]+) MB \|$/gm);
  return new Map([...rows].map(([, what, size, most]) => [what.trim(), { size: Number(size), most: Number(most) }]));
}

function measured() {
  const folder = mkdtempSync(join(tmpdir(), 'size-'));
  try {
    const dist = bytesOf(join(root, 'dist'));
    const tokens = bytesOf(join(root, 'dist', 'cl100k-base.tokens'));
    const whole = install(folder);
    const base = install(folder, '--omit=optional');
    for (const part of ['dist', 'scripts/smoke.mjs', 'scripts/free-port.mjs']) cpSync(join(root, part), join(folder, part), { recursive: true });
    run(folder, process.execPath, 'scripts/smoke.mjs');
    return [
      ['the service without Qiniu, COS, MP3 and the table of tokens', dist - tokens + base],
      ['the table of tokens', tokens],
      ['the whole production tree', dist + whole],
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const told = toldSizes();
for (const [what, bytes] of measured()) {
  const size = bytes / megabyte;
  const { size: inDocs, most } = told.get(what) ?? { size: 0, most: 0 };
  const fault = size > most ? 'too large' : Math.abs(size - inDocs) > inDocs * tolerance ? 'docs/dependencies.md tells another figure' : '';
  console.log(`${size.toFixed(1).padStart(6)} MB of ${most} MB, ${inDocs} MB in the docs: ${what}${fault === '' ? '' : ` (${fault})`}`);
  if (fault !== '') process.exitCode = 1;
}
