import t from 'tap';
import { E, pipe } from '../../../src/kernel/fp.ts';
import { chatDialect } from '../../../src/openai/chat/dialect.ts';
import { answer, body, chat, contextWith, deltas, frame, plain, refusal, stop, whole } from '../../support/chat.ts';

const config = (model: string, request: object) => body({ model, ...request }).generationConfig?.thinkingConfig;
const shown = { includeThoughts: true };

type Row = readonly [models: readonly string[], none: object, minimal: object, low: object, medium: object, high: object, xhigh: object];
const level = (thinkingLevel: string) => ({ thinkingLevel, ...shown });
const budget = (thinkingBudget: number) => ({ thinkingBudget, ...shown });

/** Efforts by family; what is not in Google's own table is an extension that rounds down to what there is. */
const efforts: readonly Row[] = [
  [['gemini-2.5-pro'], { thinkingBudget: 128 }, budget(1024), budget(1024), budget(8192), budget(24_576), budget(32_768)],
  [['gemini-2.5-flash', 'gemini-2.5-flash-lite'], { thinkingBudget: 0 }, budget(1024), budget(1024), budget(8192), budget(24_576), budget(24_576)],
  [['gemini-3-pro-preview'], { thinkingLevel: 'LOW' }, level('LOW'), level('LOW'), level('LOW'), level('HIGH'), level('HIGH')],
  [['gemini-3.1-pro-preview', 'gemini-3.1-pro-preview-customtools'], { thinkingLevel: 'LOW' }, level('LOW'), level('LOW'), level('MEDIUM'), level('HIGH'), level('HIGH')],
  [
    ['gemini-3-flash-preview', 'gemini-3.1-flash-lite', 'gemini-3.5-flash', 'gemini-3.5-flash-lite', 'gemini-3.6-flash'],
    { thinkingLevel: 'MINIMAL' }, level('MINIMAL'), level('LOW'), level('MEDIUM'), level('HIGH'), level('HIGH'),
  ],
  [['gemini-3.1-flash-image'], { thinkingLevel: 'MINIMAL' }, level('MINIMAL'), level('MINIMAL'), level('MINIMAL'), level('HIGH'), level('HIGH')],
  [
    ['gemini-3.7-flash', 'gemini-3.8-flash', 'gemini-flash-latest', 'gemini-pro-latest', 'gemini-4-argon', 'gemini-4-carbon', 'gemini-5-neon', 'gemini-12-flash'],
    { thinkingLevel: 'LOW' }, level('LOW'), level('LOW'), level('MEDIUM'), level('HIGH'), level('HIGH'),
  ],
  [['gemini-4-hydrogen'], { thinkingLevel: 'LOW' }, level('LOW'), level('LOW'), level('MEDIUM'), level('HIGH'), level('XHIGH')],
];

t.test('every reasoning_effort has its budget or level in each family', (t) => {
  for (const [models, none, minimal, low, medium, high, xhigh] of efforts) {
    for (const model of models) {
      const table = { none, minimal, low, medium, high, xhigh, max: xhigh };
      for (const [reasoning_effort, expected] of Object.entries(table)) t.same(config(model, { reasoning_effort }), expected, `${model} ${reasoning_effort}`);
    }
  }
  t.end();
});

t.test('none really turns thinking off, or down as far as the model can', (t) => {
  t.same(config('gemini-2.5-flash', { reasoning_effort: 'none' }), { thinkingBudget: 0 });
  t.same(config('gemini-3.8-flash', { reasoning_effort: 'none' }), { thinkingLevel: 'LOW' });
  t.end();
});

t.test('a level that a model lacks is never sent', (t) => {
  for (const model of ['gemini-3.7-flash', 'gemini-3.8-flash', 'gemini-3.1-pro-preview', 'gemini-4-argon']) {
    t.not(config(model, { reasoning_effort: 'minimal' })?.thinkingLevel, 'MINIMAL', model);
  }
  t.equal(config('gemini-3-pro-preview', { reasoning_effort: 'medium' })?.thinkingLevel, 'LOW');
  t.end();
});

t.test('budgets go to 2.5, levels to 3 and later, never both', (t) => {
  const wishes = [{ reasoning_effort: 'high' }, { google: { thinking_config: { thinking_budget: 4000 } } }, { google: { thinking_config: { thinking_level: 'high' } } }, { reasoning: { max_tokens: 9000 } }];
  for (const wish of wishes) {
    const older = config('gemini-2.5-flash', wish);
    const newer = config('gemini-3.8-flash', wish);
    t.same([older?.thinkingLevel, newer?.thinkingBudget], [undefined, undefined]);
    t.ok(older?.thinkingBudget !== undefined && newer?.thinkingLevel !== undefined, JSON.stringify(wish));
  }
  t.end();
});

t.test('the most explicit wish counts', (t) => {
  const google = { google: { thinking_config: { thinking_level: 'high' } } };
  const all = { ...google, reasoning_effort: 'low', reasoning: { effort: 'medium' }, thinking: { type: 'disabled' } };
  t.equal(config('gemini-3.5-flash-nothinking', all)?.thinkingLevel, 'HIGH');
  t.equal(config('gemini-3.5-flash-nothinking', { ...all, google: {} })?.thinkingLevel, 'LOW');
  t.equal(config('gemini-3.5-flash-nothinking', { ...all, google: {}, reasoning_effort: null })?.thinkingLevel, 'MEDIUM');
  t.equal(config('gemini-3.5-flash-maxthinking', { thinking: { type: 'disabled' } })?.thinkingLevel, 'MINIMAL');
  t.equal(config('gemini-3.5-flash-maxthinking', {})?.thinkingLevel, 'HIGH');
  t.end();
});

t.test('thinking_config comes at the top or in extra_body, in either casing', (t) => {
  for (const google of [{ thinking_config: { thinking_budget: 2000, include_thoughts: false } }, { thinkingConfig: { thinkingBudget: 2000, includeThoughts: false } }]) {
    for (const request of [{ google }, { extra_body: { google } }]) {
      t.same(config('gemini-2.5-flash', request), { thinkingBudget: 2000, includeThoughts: false });
      t.same(config('gemini-3.5-flash', request), { thinkingLevel: 'MEDIUM', includeThoughts: false });
    }
  }
  t.same(refusal({ extra_body: { google: { thinking_config: { thinking_level: 'huge' } } } }).param, 'extra_body.google.thinking_config.thinking_level');
  t.end();
});

t.test('OpenRouter\'s reasoning and Anthropic\'s thinking are understood', (t) => {
  t.same(config('gemini-2.5-flash', { reasoning: { max_tokens: 3000 } }), budget(3000));
  t.same(config('gemini-2.5-flash', { reasoning: { enabled: false } }), { thinkingBudget: 0 });
  t.same(config('gemini-2.5-flash', { reasoning: { exclude: true } }), { includeThoughts: false });
  t.same(config('gemini-2.5-flash', { include_reasoning: false, reasoning_effort: 'low' }), { thinkingBudget: 1024, includeThoughts: false });
  t.same(config('gemini-2.5-flash', { thinking: { type: 'enabled', budget_tokens: 5000 } }), budget(5000));
  t.same(config('gemini-2.5-flash-lite', { thinking: { type: 'enabled' } }), budget(-1));
  t.same(config('gemini-3.8-flash', { thinking: { type: 'disabled' } }), { thinkingLevel: 'LOW' });
  t.end();
});

t.test('a small cap asks for as few thoughts as can be, and stays the cap', (t) => {
  for (const field of ['max_tokens', 'max_completion_tokens']) {
    t.same(body({ model: 'gemini-2.5-flash', [field]: 100 }).generationConfig, { maxOutputTokens: 100, thinkingConfig: { thinkingBudget: 0 } });
    t.same(config('gemini-2.5-pro', { [field]: 100 }), { thinkingBudget: 128 });
    t.same(config('gemini-3.5-flash', { [field]: 100 }), level('MINIMAL'));
    t.same(config('gemini-3.8-flash', { [field]: 100 }), level('LOW'));
    t.equal(config('gemini-2.5-flash-lite', { [field]: 100 }), undefined, 'it does not think by itself');
    t.same(config('gemini-3.8-flash', { [field]: 2048 }), shown, 'from 2048 tokens on there is room');
  }
  t.same(config('gemini-3.8-flash', { max_tokens: 100, reasoning_effort: 'high' }), level('HIGH'), 'a wish of the caller\'s stands');
  t.end();
});

t.test('tokens used up by thoughts are an answer: one choice, no text, length', (t) => {
  const frames = [frame([{ text: 'hm', thought: true }], { finishReason: 'MAX_TOKENS' })];
  t.match(answer({ max_tokens: 5 }, frames), { finish_reason: 'length', message: { content: '', refusal: null } });
  t.match(answer({}, [{ candidates: [{ finishReason: 'MAX_TOKENS' }] }]), { finish_reason: 'length', message: { content: '' } });
  t.end();
});

t.test('thoughts are told as reasoning_content before the text', (t) => {
  t.same(deltas({}, [frame([{ text: 'hm', thought: true }, { text: 'so' }], stop)]), [
    { role: 'assistant', content: '', refusal: null },
    { reasoning_content: 'hm' },
    { content: 'so' },
    {},
  ]);
  t.end();
});

t.test('thoughts can be hidden, by the model\'s suffix, by the setting, and by the request, which wins', (t) => {
  const hidden = { includeThoughts: false };
  const shown = { includeThoughts: true };
  const google = (include: boolean) => ({ extra_body: { google: { thinking_config: { include_thoughts: include } } } });
  const table: readonly (readonly [request: object, setting: boolean, config: object | undefined])[] = [
    [{}, true, shown],
    [{}, false, hidden],
    [{ model: 'gemini-3.5-flash-hidden' }, true, hidden],
    [{ model: 'gemini-3.5-flash-maxthinking-hidden' }, true, { thinkingLevel: 'HIGH', ...hidden }],
    [{ model: 'gemini-3.5-flash-hidden-maxthinking-search' }, true, { thinkingLevel: 'HIGH', ...hidden }],
    [{ model: 'gemini-2.5-flash-thinking-2000-hidden' }, true, { thinkingBudget: 2000, ...hidden }],
    [{ model: 'gemini-2.5-flash-nothinking-hidden' }, true, { thinkingBudget: 0 }],
    [{ model: 'gemini-3-pro-image-hidden' }, true, undefined],
    [{ reasoning: { exclude: true } }, true, hidden],
    [{ include_reasoning: false }, true, hidden],
    [{ reasoning: { effort: 'high', exclude: true } }, true, { thinkingLevel: 'HIGH', ...hidden }],
    [{ reasoning: { exclude: false } }, false, shown],
    [{ include_reasoning: true }, false, shown],
    [{ include_reasoning: true, model: 'gemini-3.5-flash-hidden' }, true, shown],
    [{ reasoning: { exclude: true }, include_reasoning: true }, true, hidden],
    [{ reasoning: { effort: 'high' } }, false, { thinkingLevel: 'HIGH', ...hidden }],
    [google(true), false, shown],
    [google(false), true, hidden],
    [{ ...google(true), include_reasoning: false }, true, shown],
    [{ model: 'gemini-2.5-flash', reasoning_effort: 'none', include_reasoning: true }, true, { thinkingBudget: 0 }],
  ];
  for (const [request, showThoughts, config] of table) {
    const dialect = chatDialect({ systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map(), showThoughts });
    const made = pipe(chat.decode(whole(request)), E.flatMap((asked) => dialect.translate(asked, contextWith())), E.map((plan) => plan.call));
    t.same(E.isRight(made) ? plain(made.right.body.generationConfig?.thinkingConfig) : made.left, config, `${JSON.stringify(request)} ${showThoughts}`);
    t.ok(E.isRight(made) && /^gemini-(?:3\.5-flash|2\.5-flash|3-pro-image)$/.test(made.right.model), 'the suffix is no part of the name');
  }
  t.end();
});

t.test('what hides thoughts hides those that a model tells all the same', (t) => {
  const frames = [frame([{ text: 'SECRET ', thought: true }, { text: 'words', thought: true, thoughtSignature: 'c2ln' }]), frame([{ text: 'Answer' }], stop)];
  const hiding = [{ model: 'gemini-3.5-flash-hidden' }, { reasoning: { exclude: true } }, { include_reasoning: false }, { extra_body: { google: { thinking_config: { include_thoughts: false } } } }];
  for (const request of hiding) {
    for (const told of [answer(request, frames), deltas(request, frames)]) {
      t.notMatch(JSON.stringify(told), /SECRET|words|reasoning/, JSON.stringify(request));
      t.match(JSON.stringify(told), /Answer.*c2ln/, 'the signature is told');
    }
  }
  t.match(JSON.stringify(answer({}, frames)), /"reasoning_content":"SECRET words"/);
  t.end();
});
