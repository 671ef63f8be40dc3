import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellSteps } from './scripted-answers.mjs';

/** The settings of docs/clients.md. */
const settings = (url, model) => `model = "${model}"
model_provider = "pollux"
check_for_update_on_startup = false

[model_providers.pollux]
name = "Pollux"
base_url = "${url}/v1"
env_key = "POLLUX_PASSWORD"
wire_api = "responses"

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
