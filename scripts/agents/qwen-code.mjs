import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellSteps } from './scripted-answers.mjs';

/** qwen-code, on chat. */
export const qwenCode = {
  name: 'qwen-code',
  packages: ['@qwen-code/qwen-code@0.24.4'],
  program: 'qwen',
  route: '/chat/completions',
  steps: () =>
    shellSteps((command) => ({ name: 'run_shell_command', args: { command, description: 'Next', is_background: false } })),
  start: ({ url, password, home, task, model }) => {
    mkdirSync(join(home, '.qwen'), { recursive: true });
    const settings = {
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      security: { auth: { selectedType: 'openai' } },
    };
    writeFileSync(join(home, '.qwen', 'settings.json'), JSON.stringify(settings));
    return {
      args: ['--yolo', '--auth-type', 'openai', '--prompt', task],
      env: { OPENAI_API_KEY: password, OPENAI_BASE_URL: `${url}/v1`, OPENAI_MODEL: model },
    };
  },
};
