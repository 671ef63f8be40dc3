// gemini-cli, unmodified, does a task of several steps on Google's own API as this service passes it through: it reads a
// file, edits it, runs it, and tells what came of it. Gemini is emulated: it asks for each step in turn, and the first
// of two keys is out of quota. Not part of the suite: `npm run agents`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGeminiEmulator } from '../gemini-emulator/start-gemini-emulator.ts';
import type { GeminiEmulator } from '../gemini-emulator/emulator.ts';
import type { Script } from '../gemini-emulator/script.ts';
import { startService, type TestService } from '../service.ts';
import { runAgent, type AgentRun } from './run-agent.ts';

/** What npm is asked for. */
export const geminiCliPackages: readonly string[] = ['@google/gemini-cli@0.61.0'];

/** The program in it. */
export const geminiCliProgram = 'gemini';

type Part = { readonly functionCall?: { readonly name: string }; readonly functionResponse?: { readonly response: object }; readonly thoughtSignature?: string };
type Body = { readonly contents: readonly { readonly role: string; readonly parts: readonly Part[] }[]; readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[] };

const keys = ['made-up-key-out', 'made-up-key-in'] as const;
const model = 'gemini-2.5-flash';
const greeting = 'greeting.mjs';
const task = `Read ${greeting}, let it greet Pollux instead of the world, run it with node, and tell me what it printed.`;

/** The calls of the task, in turn. */
const callsIn = (folder: string): readonly (readonly [name: string, args: object])[] => [
  ['read_file', { file_path: join(folder, greeting), absolute_path: join(folder, greeting) }],
  ['replace', { file_path: join(folder, greeting), instruction: 'Greet Pollux.', old_string: 'world', new_string: 'Pollux' }],
  ['run_shell_command', { command: `node ${greeting}`, description: 'Runs the greeting' }],
];

const usageMetadata = { promptTokenCount: 12_000, candidatesTokenCount: 20, totalTokenCount: 12_020 };

const answerOf = (parts: readonly object[]): Script => ({ frames: [{ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }], usageMetadata }] });

const signatureOf = (step: number): string => Buffer.from(`made up for step ${step}`).toString('base64');

const partsIn = ({ contents }: Body): readonly Part[] => contents.flatMap(({ parts }) => parts);

const resultsIn = (body: Body): readonly Part[] => partsIn(body).filter(({ functionResponse }) => functionResponse !== undefined);

const offers = ({ tools = [] }: Body, name: string): boolean => tools.some(({ functionDeclarations = [] }) => functionDeclarations.some((declared) => declared.name === name));

/** The step that follows the results that are there; who speaks next, for a request without tools. */
const nextStep = (folder: string, body: Body): Script => {
  const step = resultsIn(body).length;
  const call = callsIn(folder)[step];
  if (!offers(body, 'read_file')) return answerOf([{ text: '{"reasoning":"It is done.","next_speaker":"user"}' }]);
  if (call === undefined) return answerOf([{ text: `It printed: ${JSON.stringify(resultsIn(body)[2]?.functionResponse?.response)}` }]);
  const [name, args] = call;
  return answerOf([{ functionCall: { name, args }, thoughtSignature: signatureOf(step) }]);
};

/** As its own dialog writes it, where the key is chosen: the address alone would mean a gateway. */
const settings = { security: { auth: { selectedType: 'gemini-api-key' } }, privacy: { usageStatisticsEnabled: false } };

const runGemini = (program: string, folder: string, { url, password }: TestService): Promise<AgentRun> =>
  runAgent(program, ['-m', model, '--yolo', '--skip-trust', '-p', task], folder, {
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: password,
    GEMINI_TELEMETRY_ENABLED: 'false',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  });

/** What of the run is not as it should be; none where gemini-cli did its task. */
const faultsOf = ({ code, printed }: AgentRun, folder: string, { requests }: GeminiEmulator): readonly string[] => {
  const asked = requests.filter(({ method }) => method === 'POST');
  const last = asked.map(({ body }) => body as Body).findLast((body) => offers(body, 'read_file')) ?? { contents: [] };
  const signed = partsIn(last).flatMap(({ functionCall, thoughtSignature }) => (functionCall === undefined ? [] : [thoughtSignature]));
  const results = resultsIn(last).map(({ functionResponse }) => JSON.stringify(functionResponse));
  const answered = asked.filter(({ status }) => status === 200);
  const checks: readonly (readonly [what: string, holds: boolean])[] = [
    ['it ends well', code === 0],
    ['the file is edited', readFileSync(join(folder, greeting), 'utf8').includes('Hello, Pollux')],
    ['what the file printed is told', printed.includes('Hello, Pollux!')],
    ['every call went back with its signature', JSON.stringify(signed) === JSON.stringify([0, 1, 2].map(signatureOf))],
    ['every result came', results.length === 3 && (results[0] ?? '').includes('Hello, world')],
    ['the key that was out was asked once', asked.filter(({ key }) => key === keys[0]).length === 1],
    ['the other key answered', answered.length > 3 && answered.every(({ key }) => key === keys[1])],
  ];
  return checks.flatMap(([what, holds]) => (holds ? [] : [what]));
};

/** Runs the task with this program; the faults, and what was printed. */
export const runGeminiCli = async (program: string): Promise<{ readonly faults: readonly string[]; readonly printed: string }> => {
  const folder = mkdtempSync(join(tmpdir(), 'gemini-cli-'));
  mkdirSync(join(folder, '.gemini'));
  writeFileSync(join(folder, '.gemini', 'settings.json'), JSON.stringify(settings));
  writeFileSync(join(folder, greeting), "console.log('Hello, world!');\n");
  const emulator = await startGeminiEmulator({ checks: false });
  emulator.failKey(keys[0], 'minute');
  emulator.answerWith(({ body }) => nextStep(folder, body as Body));
  const service = await startService({ GEMINI_BASE_URL: emulator.url, GEMINI_API_KEYS: keys.join(','), MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  try {
    const run = await runGemini(program, folder, service);
    return { faults: faultsOf(run, folder, emulator), printed: run.printed };
  } finally {
    await service.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
