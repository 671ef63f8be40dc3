// Brings node_modules, dist and dist-test up to date, and does nothing when they are.
//
//   node scripts/prepare.mjs               packages only
//   node scripts/prepare.mjs build         packages and dist
//   node scripts/prepare.mjs build-test    packages, tap and dist-test
//
// It runs before there are any packages, so it uses Node alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);
const say = (line) => process.stderr.write(`${line}\n`);

/** The text of a file, or '' when there is none. */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/** The path itself if it is a file, else every file below it, always in the same order. */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
}

/** One hash over names and contents of the files, and over what else the result depends on. */
function fingerprint(paths, ...more) {
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const file of paths.map((path) => inRoot(path)).flatMap(filesIn)) {
    const content = readFileSync(file);
    hash.update(`\n${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Runs a command in the project's folder, its output on stderr; throws when it fails. */
function run(what, command, args, options = {}) {
  const { error, signal, status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error) throw new Error(`${what} could not start: ${error.message}`);
  if (status !== 0) throw new Error(`${what} failed (${signal ?? `exit code ${status}`})`);
}

const runNode = (what, script, ...args) => run(what, process.execPath, [inRoot(script), ...args]);

/** Under `npm start` the npm that is running, else the one on the path, which is a .cmd file on Windows. */
function runNpm(...args) {
  const running = process.env.npm_execpath ?? '';
  const what = `npm ${args.join(' ')}`;
  if (/npm-cli\.c?js$/.test(running)) run(what, process.execPath, [running, ...args]);
  else run(what, 'npm', args, { shell: process.platform === 'win32' });
}

/** Work that leaves a stamp behind: it is done while the stamp says what it would say now. */
const stamped = ({ stamp, wanted, make }) => ({
  isDone: () => textOf(inRoot(stamp)) === wanted(),
  make: () => {
    const value = wanted();
    rmSync(inRoot(stamp), { force: true });
    make();
    writeFileSync(inRoot(stamp), value);
  },
});

/** tap's build leaves the folder's address in node_modules, so a folder that was moved is installed anew. */
const install = stamped({
  stamp: 'node_modules/.prepared',
  wanted: () => fingerprint(['package-lock.json'], process.versions.node.split('.')[0], process.platform, process.arch, root),
  make: () => {
    say('Installing packages …');
    runNpm('ci', '--ignore-scripts', '--include=dev');
  },
});

/** tap's TypeScript plugin does not run with TypeScript 7. `.taprc` leaves it out; tap must be built without it once. */
const tapWithoutTypeScript = {
  isDone: () => {
    const tap = textOf(inRoot('node_modules/@tapjs/test/test-built/dist/esm/index.js'));
    return tap !== '' && !tap.includes('tapjs/typescript');
  },
  make: () => {
    say('Building tap …');
    runNode('tap build', 'node_modules/tap/dist/esm/run.mjs', 'build');
    if (!tapWithoutTypeScript.isDone()) throw new Error('tap build left the TypeScript plugin in: see .taprc');
  },
};

/** What is not TypeScript, each file where it lies in the tree. */
const copyAssets = (from, to) =>
  cpSync(inRoot(from), inRoot(to), { recursive: true, filter: (path) => !path.endsWith('.ts') });

/** The same, all into one folder. */
const gatherAssets = (from, to) => {
  for (const file of filesIn(inRoot(from)).filter((path) => !path.endsWith('.ts'))) cpSync(file, inRoot(to, basename(file)));
};

/** A module of types alone has nothing to run. Without its source map, c8 leaves it out instead of calling it untested. */
function dropMapsOfTypes(folder) {
  for (const file of filesIn(inRoot(folder)).filter((path) => path.endsWith('.js'))) {
    const code = textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').trim();
    if (code === 'export {};') rmSync(`${file}.map`, { force: true });
  }
}

const runTypeScript = (...args) => runNode('tsc', 'node_modules/typescript/bin/tsc', '-p', ...args);

const makeTokenTable = (folder) => runNode('token table', 'scripts/build/token-table.mjs', inRoot(folder, 'cl100k-base.tokens'));

/** A folder that is made anew when something changed of what it is made from. */
const folder = ({ into, from, make }) =>
  stamped({
    stamp: join(into, '.prepared'),
    wanted: () => fingerprint([...from, 'tsconfig.json', 'package-lock.json', 'scripts/build/token-table.mjs']),
    make: () => {
      say(`Building ${into} …`);
      rmSync(inRoot(into), { recursive: true, force: true, maxRetries: 3 });
      make();
    },
  });

/** The service, as it is run. */
const dist = folder({
  into: 'dist',
  from: ['src', 'scripts/build'],
  make: () => {
    runTypeScript('tsconfig.json', '--noEmit');
    runNode('bundle', 'scripts/build/bundle.mjs', 'dist');
    gatherAssets('src', 'dist');
    makeTokenTable('dist');
  },
});

/** The tests, and every module of the service by itself, as unit tests want them. */
const distTest = folder({
  into: 'dist-test',
  from: ['src', 'test', 'tsconfig.test.json'],
  make: () => {
    runTypeScript('tsconfig.test.json');
    for (const part of ['src', 'test']) copyAssets(part, join('dist-test', part));
    makeTokenTable('dist-test/src/adapters');
    dropMapsOfTypes('dist-test');
  },
});

const tasksOf = {
  build: [dist],
  'build-test': [tapWithoutTypeScript, distTest],
};

function tasksFor(names) {
  const unknown = names.filter((name) => !Object.hasOwn(tasksOf, name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')} (there are ${Object.keys(tasksOf).join(', ')})`);
  return [install, ...names.flatMap((name) => tasksOf[name])];
}

const lockFile = join(tmpdir(), `prepare-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
const lockIsOldAfter = 30 * 60_000;

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether the lock was left behind by a run that was killed. An empty lock is just being written. */
function lockIsLeftOver() {
  const age = Date.now() - (statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const pid = Number(textOf(lockFile));
  return age > (pid === 0 ? 5_000 : lockIsOldAfter) || (pid !== 0 && !isAlive(pid));
}

/** Two runs at the same moment (`npm start` twice) must not install into the same folder: the second one waits. */
function withLock(work) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!takeLock()) {
    if (lockIsLeftOver()) rmSync(lockFile, { force: true });
    else Atomics.wait(pause, 0, 0, 100);
  }
  try {
    work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function prepare(names) {
  const tasks = tasksFor(names);
  if (tasks.every((task) => task.isDone())) return;
  withLock(() => {
    for (const task of tasks) if (!task.isDone()) task.make();
  });
}

try {
  prepare(process.argv.slice(2));
} catch (error) {
  say(`prepare: ${error.message}`);
  process.exitCode = 1;
}
