// Claude Code, unmodified, does a task of several steps on this service: it reads a file, edits it, runs it, looks at a
// picture, finds the tool that searches, searches with it, and tells what came of it. Gemini is emulated: it asks for
// each step in turn. Not part of the suite: `npm run agents`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGeminiEmulator } from '../gemini-emulator/start-gemini-emulator.ts';
import type { GeminiEmulator } from '../gemini-emulator/emulator.ts';
import type { Script } from '../gemini-emulator/script.ts';
import { startService, type TestService } from '../service.ts';
import { runAgent, type AgentRun } from './run-agent.ts';

/** What npm is asked for. */
export const claudeCodePackages: readonly string[] = ['@anthropic-ai/claude-code@2.1.332'];

/** The program in it. */
export const claudeCodeProgram = 'claude';

type Part = { readonly text?: string; readonly functionCall?: { readonly id: string; readonly name: string }; readonly functionResponse?: { readonly id: string; readonly response: object; readonly parts?: readonly object[] }; readonly thoughtSignature?: string };
type Body = { readonly contents: readonly { readonly role: string; readonly parts: readonly Part[] }[]; readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[]; readonly googleSearch?: object }[] };

const greeting = 'greeting.mjs';
const picture = 'picture.png';
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGNwav2CFTEMLQkAGc1uwRO7N3AAAAAASUVORK5CYII=';
const found = { url: 'https://example.com/news', title: 'Made-up news' };
const task = `Read ${greeting}, let it greet Pollux instead of the world, run it with node, and tell me what it printed.`;

/** The calls of the task, in turn. */
const callsIn = (folder: string): readonly (readonly [name: string, args: object])[] => [
  ['Read', { file_path: join(folder, greeting) }],
  ['Edit', { file_path: join(folder, greeting), old_string: 'world', new_string: 'Pollux' }],
  ['Bash', { command: `node ${join(folder, greeting)}`, description: 'Runs the greeting' }],
  ['Read', { file_path: join(folder, picture) }],
  ['ToolSearch', { query: 'select:WebSearch', max_results: 1 }],
  ['WebSearch', { query: 'made-up news' }],
];

const usageMetadata = { promptTokenCount: 12_000, cachedContentTokenCount: 9000, candidatesTokenCount: 20, thoughtsTokenCount: 10, totalTokenCount: 12_030 };

const answerOf = (parts: readonly object[]): Script => ({ frames: [{ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }], usageMetadata }] });

const signatureOf = (step: number): string => Buffer.from(`made up for step ${step}`).toString('base64');

const resultsIn = ({ contents }: Body): readonly Part[] => contents.flatMap(({ parts }) => parts.filter(({ functionResponse }) => functionResponse !== undefined));

const offers = ({ tools = [] }: Body, name: string): boolean => tools.some(({ functionDeclarations = [] }) => functionDeclarations.some((declared) => declared.name === name));

const groundingMetadata = { webSearchQueries: ['made-up news'], groundingChunks: [{ web: { uri: found.url, title: found.title } }] };

/** Its search is a request of its own. */
const searchAnswer: Script = { frames: [{ candidates: [{ content: { role: 'model', parts: [{ text: 'Nothing new.' }] }, finishReason: 'STOP', groundingMetadata, index: 0 }], usageMetadata }] };

const searches = ({ tools = [] }: Body): boolean => tools.some(({ googleSearch }) => googleSearch !== undefined);

/** What the model does next: the step that follows the results that are there; a title for a request without tools. */
const nextStep = (folder: string, body: Body): Script => {
  const step = resultsIn(body).length;
  const call = callsIn(folder)[step];
  if (searches(body)) return searchAnswer;
  if (!offers(body, 'Read')) return answerOf([{ text: '{"title": "Greeting"}' }]);
  if (call === undefined) return answerOf([{ text: `It printed: ${JSON.stringify(resultsIn(body)[2]?.functionResponse?.response)}` }]);
  const [name, args] = call;
  return answerOf([{ text: 'Let me see.', thought: true }, { functionCall: { id: `step${step}abc`, name, args }, thoughtSignature: signatureOf(step) }]);
};

const runClaude = (program: string, folder: string, { url, password }: TestService): Promise<AgentRun> =>
  runAgent(program, ['-p', task, '--permission-mode', 'acceptEdits', '--allowedTools', 'Read,Edit,Bash,ToolSearch,WebSearch', '--output-format', 'json'], folder, {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: password,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  });

/** What of the run is not as it should be; none where Claude Code did its task. */
const faultsOf = ({ code, printed }: AgentRun, folder: string, { requests }: GeminiEmulator): readonly string[] => {
  const bodies = requests.filter(({ method }) => method === 'POST').map(({ body }) => body as Body);
  const last = bodies.findLast((body) => offers(body, 'Read')) ?? { contents: [] };
  const calls = callsIn(folder);
  const signed = last.contents.flatMap(({ parts }) => parts.flatMap(({ functionCall, thoughtSignature }) => (functionCall === undefined ? [] : [thoughtSignature])));
  const results = resultsIn(last).map(({ functionResponse }) => JSON.stringify(functionResponse));
  const checks: readonly (readonly [what: string, holds: boolean])[] = [
    ['it ends well', code === 0],
    ['the file is edited', readFileSync(join(folder, greeting), 'utf8').includes('Hello, Pollux')],
    ['what the file printed is told', printed.includes('Hello, Pollux!')],
    ['every call went back with its signature', JSON.stringify(signed) === JSON.stringify(calls.map((_, step) => signatureOf(step)))],
    ['every result came', results.length === calls.length && (results[0] ?? '').includes('Hello, world')],
    ['the picture came with its result', (results[3] ?? '').includes('"mimeType":"image/png"')],
    ['the deferred tool was declared once it was loaded', !bodies.slice(0, 1).some((body) => offers(body, 'WebSearch')) && offers(last, 'WebSearch')],
    ['it searched with Google and got the links', bodies.filter(searches).length === 1 && (results[5] ?? '').includes(found.url)],
    ['Google took every request', requests.every(({ status }) => status === 200)],
    ["no line for Anthropic's bills went up", !JSON.stringify(bodies).includes('x-anthropic-billing-header')],
  ];
  return checks.flatMap(([what, holds]) => (holds ? [] : [what]));
};

/** Runs the task with this program; the faults, and what was printed. */
export const runClaudeCode = async (program: string): Promise<{ readonly faults: readonly string[]; readonly printed: string }> => {
  const folder = mkdtempSync(join(tmpdir(), 'claude-code-'));
  writeFileSync(join(folder, picture), Buffer.from(png, 'base64'));
  writeFileSync(join(folder, greeting), "console.log('Hello, world!');\n");
  const emulator = await startGeminiEmulator();
  emulator.answerWith(({ body }) => nextStep(folder, body as Body));
  const service = await startService({ GEMINI_BASE_URL: emulator.url, MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' });
  try {
    const run = await runClaude(program, folder, service);
    return { faults: faultsOf(run, folder, emulator), printed: run.printed };
  } finally {
    await service.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
