import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import process from 'node:process';

/** How an agent's program ended, and all that it printed. */
export type AgentRun = { readonly code: number | null; readonly printed: string };

/** Runs an agent's program in a folder, which is its home too, with these arguments and variables, until it ends. */
export const runAgent = (program: string, args: readonly string[], folder: string, variables: Readonly<Record<string, string>>): Promise<AgentRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter), HOME: folder, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (piece: Buffer) => (printed += piece.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, printed }));
  });
