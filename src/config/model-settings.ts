import { flag, list, pairs, pairsOrOff, wholeNumber, word } from './setting-kinds.ts';
import { setting } from './setting.ts';

/** How requests are translated and which models are offered. */
export const chatSettings = {
  EXTRA_MODELS: setting(list, '', {
    en: 'Model names to add to the model list, with commas between.',
    zh: '追加到模型列表的模型名，用逗号分隔。',
  }),
  MODEL_ALIASES: setting(pairs, '', {
    en: 'Other names for models, such as `gpt-4o=gemini-flash-latest`, with commas between. A star stands for any text: `gpt-*=gemini-flash-latest`.',
    zh: '模型别名，例如 `gpt-4o=gemini-flash-latest`，用逗号分隔。星号代表任意文字：`gpt-*=gemini-flash-latest`。',
  }),
  CLAUDE_MODELS: setting(
    pairsOrOff,
    'claude-*haiku*=gemini-flash-lite-latest,claude-*sonnet*=gemini-flash-latest,claude-*opus*=gemini-pro-latest,claude-*=gemini-pro-latest',
    {
      en: "What Claude's names stand for on Anthropic's API, where MODEL_ALIASES has nothing for them; the first that fits. `off`: they are unknown.",
      zh: '在 Anthropic 接口上 Claude 的模型名对应的模型（MODEL_ALIASES 未指定时，取第一个匹配项）。`off`：不识别这些名字。',
    },
  ),
  SYSTEM_PROMPT_MODE: setting(word('leading', 'instruction', 'user'), 'leading', {
    en: 'Which system messages are the system instruction: `leading`, those before the first other message; `instruction`, all; `user`, none. The others stay in place as user turns.',
    zh: '哪些 system 消息作为系统指令：`leading` 仅第一条其他消息之前的；`instruction` 全部；`user` 都不。其余的留在原位，作为用户消息发送。',
  }),
  HISTORY_IMAGE_SUBMIT_TYPE: setting(word('last', 'all'), 'last', {
    en: 'Which pictures of earlier answers go back to the model: `last`, those of the newest answer that has any; `all`, every one.',
    zh: '历史回答中的图片哪些再发给模型：`last` 只发最近一条带图回答里的；`all` 全部发送。',
  }),
  BLOCKED_REPLY: setting(word('error', 'choice'), 'error', {
    en: 'What a chat gets when Gemini blocks it before anything was shown: `error`, a 400 that says why; `choice`, an answer with `refusal` and finish_reason `content_filter`.',
    zh: '对话在输出任何内容之前被 Gemini 拦截时的回复：`error` 为说明原因的 400 错误；`choice` 为带 `refusal` 且 finish_reason 为 `content_filter` 的回答。',
  }),
  SHOW_THOUGHTS: setting(flag, 'true', {
    en: 'Whether chats show the thoughts of models that think; `false`: they think all the same, unseen. A request may say otherwise (`include_reasoning`, `reasoning.exclude`, `include_thoughts`).',
    zh: '对话是否显示思考模型的思考内容；`false`：照常思考但不显示。单个请求可另行指定（`include_reasoning`、`reasoning.exclude`、`include_thoughts`）。',
  }),
  NATIVE_AGENTS: setting(flag, 'false', {
    en: "Whether Google's own API, passed through, has agents, environments, triggers and voices: they act on their own and cost.",
    zh: '透传谷歌原生 API 时是否开放 agents、environments、triggers、voices：它们会自行运行并产生费用。',
  }),
  STREAM_KEEPALIVE_SECONDS: setting(wholeNumber(0, 3600), '15', {
    en: 'Seconds of silence in a stream after which a comment is sent; 0 = never.',
    zh: '流式输出静默多少秒后发送一行保活注释；0 表示不发。',
  }),
} as const;
