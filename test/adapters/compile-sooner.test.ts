import { spawnSync } from 'node:child_process';
import process from 'node:process';
import t from 'tap';
import { compilerFlags } from '../../src/adapters/compile-sooner.ts';

t.test('the V8 that runs here has flags, and knows each of them', (t) => {
  const flags = compilerFlags(process.versions.v8);
  t.not(flags.length, 0);
  const { status, stderr } = spawnSync(process.execPath, [...flags, '--eval', ''], { encoding: 'utf8' });
  t.same({ status, stderr }, { status: 0, stderr: '' });
  t.end();
});

t.test('a flag that V8 does not know is told, so the check above can fail', (t) => {
  const { status } = spawnSync(process.execPath, ['--no-such-flag-of-v8', '--eval', ''], { encoding: 'utf8' });
  t.not(status, 0);
  t.end();
});

t.test('a V8 that nobody has tried is left alone', (t) => {
  t.same(compilerFlags('99.1.2'), []);
  t.same(compilerFlags(''), []);
  t.end();
});
