import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { faultOf } from './scripted-agent.mjs';
import { shellSteps } from './scripted-answers.mjs';

/** How long Codex waits for an event, ms: 300,000 unless told. A minute is the longest silence that it is to see. */
const idleMs = 70_000;

/** The settings of docs/clients.md, and a shorter patience. */
const settings = (url, model) => `model = "${model}"
model_provider = "pollux"
check_for_update_on_startup = false

[model_providers.pollux]
name = "Pollux"
base_url = "${url}/v1"
env_key = "POLLUX_PASSWORD"
wire_api = "responses"
stream_idle_timeout_ms = ${idleMs}

[analytics]
enabled = false

[feedback]
enabled = false
`;

/** OpenAI's Codex, on the Responses API. */
export const codex = {
  name: 'codex',
  packages: ['@openai/codex@0.171.0'],
  program: 'codex',
  route: '/responses',
  steps: () => shellSteps((cmd) => ({ name: 'exec_command', args: { cmd } })),
  start: ({ url, password, home, task, model }) => {
    const folder = join(home, '.codex');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.toml'), settings(url, model));
    return {
      args: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', task],
      env: { CODEX_HOME: folder, POLLUX_PASSWORD: password },
    };
  },
};

const requestsIn = (log) => log.split('"route":"/responses"').length - 1;

/** Gemini is silent for longer than Codex waits: events keep it there, and nothing is asked twice. */
export const codexInSilence = {
  ...codex,
  name: 'codex-in-silence',
  slowed: (answer) => {
    const first = { isOver: false };
    return (asked) => {
      const frames = answer(asked);
      if (frames === undefined || first.isOver) return frames;
      first.isOver = true;
      return { frames, hold: { beforeFrame: 1, until: wait(idleMs + 30_000) } };
    };
  },
  faultOf: (agent, seen) => {
    const asked = requestsIn(seen.log);
    return faultOf(agent, seen) ?? (asked === codex.steps().length + 1 ? null : `it asked ${asked} times`);
  },
};

/** The day's quota is used up: Codex asks once, and says so. */
export const codexOutOfQuota = {
  ...codex,
  name: 'codex-out-of-quota',
  emulate: (emulator, key) => emulator.failKey(key, 'day'),
  faultOf: (_agent, { outcome, log }) => {
    const asked = requestsIn(log);
    if (asked !== 1) return `it asked ${asked} times`;
    return /quota/i.test(outcome.printed) ? null : 'it does not say that the quota is used up';
  },
};
