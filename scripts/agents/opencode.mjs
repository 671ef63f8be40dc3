import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellSteps } from './scripted-answers.mjs';

/** opencode, on chat by @ai-sdk/openai-compatible, which comes with it. */
export const opencode = {
  name: 'opencode',
  packages: ['opencode-ai@1.18.33'],
  program: 'opencode',
  route: '/chat/completions',
  steps: () => shellSteps((command) => ({ name: 'bash', args: { command, description: 'The next step' } })),
  start: ({ url, password, work, task, model }) => {
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      name: 'Pollux',
      options: { baseURL: `${url}/v1`, apiKey: password },
      models: { [model]: { name: model } },
    };
    const settings = { provider: { pollux: provider }, autoupdate: false, share: 'disabled', permission: 'allow' };
    writeFileSync(join(work, 'opencode.json'), JSON.stringify(settings));
    return {
      args: ['run', '--model', `pollux/${model}`, task],
      env: { OPENCODE_DISABLE_AUTOUPDATE: 'true', OPENCODE_DISABLE_MODELS_FETCH: 'true' },
    };
  },
};
