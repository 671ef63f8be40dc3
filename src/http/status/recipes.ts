/** One of the service's public APIs. */
export type Door = 'OpenAI Chat' | 'OpenAI Responses' | 'Anthropic Messages' | 'Google Gemini';

/** What an application is told: `BASE` is the address of this service, `PASSWORD` its password. */
export type Recipe = {
  readonly application: string;
  readonly door: Door;
  /** What is typed or pasted, field by field, word for word. */
  readonly settings: readonly string[];
};

const recipe = (application: string, door: Door, ...settings: readonly string[]): Recipe =>
  ({ application, door, settings });

/** How each application is connected. The status page, both READMEs and docs/clients*.md show these and no others. */
export const recipes: readonly Recipe[] = [
  recipe('SillyTavern', 'OpenAI Chat', 'BASE/v1'),
  recipe('SillyTavern (Google AI Studio)', 'Google Gemini', 'BASE'),
  recipe('SillyTavern (Claude)', 'Anthropic Messages', 'BASE/v1'),
  recipe('LobeChat', 'OpenAI Chat', 'BASE/v1'),
  recipe('LobeChat (Anthropic)', 'Anthropic Messages', 'BASE'),
  recipe('Open WebUI', 'OpenAI Chat', 'BASE/v1'),
  recipe('NextChat', 'OpenAI Chat', 'BASE', '-all,gemini-flash-latest@OpenAI,gemini-2.5-flash@OpenAI'),
  recipe('NextChat (Google)', 'Google Gemini', 'BASE', '-all,gemini-flash-latest@Google,gemini-2.5-flash@Google'),
  recipe('Cherry Studio', 'OpenAI Chat', 'BASE'),
  recipe('Cherry Studio (Gemini)', 'Google Gemini', 'BASE'),
  recipe('LibreChat', 'OpenAI Chat', 'baseURL: BASE/v1'),
  recipe('Chatbox', 'OpenAI Chat', 'BASE'),
  recipe('Cline', 'OpenAI Chat', 'BASE/v1'),
  recipe('Cline (Anthropic)', 'Anthropic Messages', 'BASE'),
  recipe('Roo Code', 'OpenAI Chat', 'BASE/v1'),
  recipe('Continue', 'OpenAI Chat', 'provider: openai\napiBase: BASE/v1'),
  recipe('Codex', 'OpenAI Responses', 'base_url = "BASE/v1"\nenv_key = "POLLUX_PASSWORD"\nwire_api = "responses"'),
  recipe('Claude Code', 'Anthropic Messages', 'ANTHROPIC_BASE_URL=BASE\nANTHROPIC_AUTH_TOKEN=PASSWORD'),
  recipe('gemini-cli', 'Google Gemini', 'GOOGLE_GEMINI_BASE_URL=BASE\nGEMINI_API_KEY=PASSWORD'),
  recipe('opencode', 'OpenAI Chat', '"npm": "@ai-sdk/openai-compatible"', '"baseURL": "BASE/v1"'),
  recipe('qwen-code', 'OpenAI Chat', 'OPENAI_BASE_URL=BASE/v1\nOPENAI_API_KEY=PASSWORD'),
  recipe('Aider', 'OpenAI Chat', 'OPENAI_API_BASE=BASE/v1\nOPENAI_API_KEY=PASSWORD'),
  recipe('n8n', 'OpenAI Chat', 'BASE/v1'),
  recipe('Dify', 'OpenAI Chat', 'BASE/v1'),
  recipe('Immersive Translate', 'OpenAI Chat', 'BASE/v1/chat/completions'),
  recipe('Home Assistant', 'OpenAI Chat', 'BASE/v1'),
];
