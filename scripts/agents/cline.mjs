import { shellSteps } from './scripted-answers.mjs';

/** Cline's command line, on chat. It is told where the service is by a command of its own. */
export const cline = {
  name: 'cline',
  packages: ['cline@3.0.65'],
  program: 'cline',
  route: '/chat/completions',
  steps: () => shellSteps((command) => ({ name: 'run_commands', args: { commands: [command] } })),
  start: ({ url, password, task, model }) => ({
    before: [['auth', '--provider', 'openai', '--apikey', password, '--modelid', model, '--baseurl', `${url}/v1`]],
    args: ['--provider', 'openai', '--model', model, '--auto-approve', 'true', task],
    env: { CLINE_NO_AUTO_UPDATE: '1', DISABLE_TELEMETRY: '1', OTEL_TELEMETRY_ENABLED: '0' },
  }),
};
