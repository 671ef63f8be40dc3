// Coding agents, unmodified, do a task of several steps on the service, with an emulated Gemini behind it. Their packages
// are brought by npm into a folder of their own, once.
//
//   npm run agents               all of them
//   npm run agents -- claude     those with this in their name
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cline } from './agents/cline.mjs';
import { codex, codexInSilence, codexOutOfQuota } from './agents/codex.mjs';
import { continueCli } from './agents/continue.mjs';
import { opencode } from './agents/opencode.mjs';
import { qwenCode } from './agents/qwen-code.mjs';
import { scriptedAgent } from './agents/scripted-agent.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const support = join(root, 'dist-test', 'test', 'support', 'agents');
const [, , wanted = ''] = process.argv;

/** `run` gets the program's path, and gives what was not as it should be with what was printed. A new agent is a line. */
const { claudeCodePackages, claudeCodeProgram, runClaudeCode } = await import(join(support, 'claude-code.js'));
const { geminiCliPackages, geminiCliProgram, runGeminiCli } = await import(join(support, 'gemini-cli.js'));
const agents = [
  { name: 'claude-code', packages: claudeCodePackages, program: claudeCodeProgram, run: runClaudeCode },
  { name: 'gemini-cli', packages: geminiCliPackages, program: geminiCliProgram, run: runGeminiCli },
  ...[codex, codexInSilence, codexOutOfQuota, opencode, qwenCode, cline, continueCli].map(scriptedAgent),
];

/** The program of these packages. */
function install({ name, packages, program }) {
  const folder = join(tmpdir(), 'pollux-agents', name);
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--engine-strict=false', '--prefix', folder, ...packages], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${name}: npm could not install ${packages.join(', ')}`);
  return join(folder, 'node_modules', '.bin', program);
}

for (const agent of agents.filter(({ name }) => name.includes(wanted))) {
  const { faults, printed } = await agent.run(install(agent));
  console.log(`${agent.name}: ${faults.length === 0 ? 'did its task' : `not so: ${faults.join('; ')}`}`);
  if (faults.length > 0) {
    console.log(printed);
    process.exitCode = 1;
  }
}
process.exit();
