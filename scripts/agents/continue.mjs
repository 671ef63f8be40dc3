import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellSteps } from './scripted-answers.mjs';

const settings = (url, password, model) => `name: Pollux
version: 1.0.0
schema: v1
models:
  - name: Pollux
    provider: openai
    model: ${model}
    apiBase: ${url}/v1
    apiKey: ${password}
    useResponsesApi: false
    roles: [chat]
    capabilities: [tool_use]
`;

/** Continue's command line, on chat. */
export const continueCli = {
  name: 'continue',
  packages: ['@continuedev/cli@1.5.47'],
  program: 'cn',
  route: '/chat/completions',
  steps: () => shellSteps((command) => ({ name: 'Bash', args: { command } })),
  start: ({ url, password, home, task, model }) => {
    const file = join(home, 'continue.yaml');
    writeFileSync(file, settings(url, password, model));
    return {
      args: ['--config', file, '--auto', '-p', task],
      env: { CONTINUE_CLI_ENABLE_TELEMETRY: '0', CONTINUE_METRICS_ENABLED: '0', CONTINUE_TELEMETRY_ENABLED: '0' },
    };
  },
};
