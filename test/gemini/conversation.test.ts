import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { conversationLinks } from '../../src/gemini/conversation/conversation-links.ts';
import { runAtOnce } from '../../src/kernel/steps.ts';
import { recallKeysInSteps } from '../../src/gemini/conversation/recall.ts';
import { contentsInSteps, type ConversationSettings } from '../../src/gemini/conversation/to-contents.ts';
import type { Call, ModelTurn, ResultTurn, Turn } from '../../src/gemini/conversation/turns.ts';
import { modelTraits } from '../../src/gemini/model-traits.ts';
import type { AskedTools } from '../../src/gemini/tools/asked-tools.ts';
import { functionNames } from '../../src/gemini/tools/function-names.ts';
import { toGeminiTools, toolPlan } from '../../src/gemini/tools/tool-plan.ts';

// What readers of any dialect may count on: blocks of Anthropic's messages, items of OpenAI's Responses.

const settings = (more: Partial<ConversationSettings> = {}): ConversationSettings => ({
  traits: modelTraits('gemini-3.5-flash'),
  names: functionNames(['look', 'a b']),
  media: new Map(),
  recalled: new Map(),
  circulates: false,
  model: 'gemini-3.5-flash',
  systemPromptMode: 'leading',
  historyImages: 'last',
  path: 'input',
  ...more,
});

const contents = (turns: readonly Turn[], more: Partial<ConversationSettings> = {}) => {
  const made = runAtOnce(contentsInSteps(turns, settings(more)));
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  return made.right.contents;
};

const refusal = (turns: readonly Turn[], more: Partial<ConversationSettings> = {}) => {
  const made = runAtOnce(contentsInSteps(turns, settings(more)));
  return E.isLeft(made) && made.left.tag === 'InvalidRequest' ? made.left.param : null;
};

const user = (text: string): Turn => ({ role: 'user', parts: [{ text }] });
const model = (...parts: ModelTurn['parts']): ModelTurn => ({ role: 'model', path: 'input.1', parts });
const call = (id: string, name: string, more: Partial<Call> = {}): { readonly call: Call } => ({
  call: { id, name, arguments: {}, path: `input.${id}.arguments`, signature: undefined, ...more },
});
const result = (key: string, more: Partial<ResultTurn> = {}): ResultTurn => ({
  role: 'result',
  by: 'id',
  key,
  path: `input.${key}.call_id`,
  value: { text: 'fine' },
  media: [],
  ...more,
});

const picture = { mimeType: 'image/png', data: 'iVBORw0KGgo=' };

t.test('thoughts, words and calls keep their order, each with its own signature', async (t) => {
  const turn = model(
    { text: 'hm', thought: true, thoughtSignature: 'QQ==' },
    { text: 'I look.' },
    call('one', 'look', { signature: 'Qg==', arguments: { at: 1 } }),
    { text: 'And again.' },
    call('two', 'a b', { arguments: '{"at":2}' }),
  );
  t.same(contents([user('hi'), turn])[1]?.parts, [
    { text: 'hm', thought: true, thoughtSignature: 'QQ==' },
    { text: 'I look.' },
    { functionCall: { id: 'one', name: 'look', args: { at: 1 } }, thoughtSignature: 'Qg==' },
    { text: 'And again.' },
    { functionCall: { id: 'two', name: 'a_b', args: { at: 2 } } },
  ]);
});

t.test('results come in the order of their calls, with pictures and errors, and words beside them after', async (t) => {
  const shown = result('two', { value: { text: '' }, media: [{ inlineData: picture }] });
  const turns = [user('hi'), model(call('one', 'look'), call('two', 'look')), shown, result('one', { value: { text: 'no' }, isError: true }), user('go on')];
  t.same(contents(turns).slice(2), [
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'one', name: 'look', response: { error: 'no' } } },
        { functionResponse: { id: 'two', name: 'look', response: { result: '' }, parts: [{ inlineData: picture }] } },
      ],
    },
    { role: 'user', parts: [{ text: 'go on' }] },
  ]);
  t.same(contents(turns, { traits: modelTraits('gemini-2.5-flash') })[3]?.parts, [{ inlineData: picture }, { text: 'go on' }], 'older models get it behind');
});

t.test('a signature is recalled by the id of its call, where nothing else in the history tells it', async (t) => {
  const turns = [user('hi'), model(call('one', 'look'))];
  t.same(runAtOnce(recallKeysInSteps(turns, 'gemini-3.5-flash', 'calls'))[0], 'one');
  const recalled = new Map([['one', { value: 'Qw==', keyId: 'k' }]]);
  t.equal(contents(turns, { recalled })[1]?.parts[0]?.thoughtSignature, 'Qw==');
  t.equal(contents(turns)[1]?.parts[0]?.thoughtSignature, 'skip_thought_signature_validator');
});

t.test("calls of Google's own tools go back beside functions alone", async (t) => {
  const search = { toolCall: { toolType: 'GOOGLE_SEARCH_WEB' }, thoughtSignature: 'QQ==' };
  const turns = [user('hi'), model(search, { text: 'found' })];
  t.same(contents(turns, { circulates: true })[1]?.parts, [search, { text: 'found' }]);
  t.same(contents(turns)[1]?.parts, [{ text: 'found' }]);
});

t.test('media that is to be gathered is told by its field, and refused by it where it could not be read', async (t) => {
  const link = { url: 'http://x.example/1.png', path: 'input.0.content.0.image_url', pictureAt: 'input.0.content.0' };
  const turns: readonly Turn[] = [{ role: 'user', parts: [{ link, level: 'MEDIA_RESOLUTION_LOW' }] }];
  t.same(conversationLinks(turns, 'last'), [{ url: link.url, path: link.path, isRequired: true }]);
  t.equal(refusal(turns), link.path);
  const of = (mimeType: string) => ({ media: new Map([[link.url, { mimeType, data: 'AAAA', signature: null }]]) });
  t.equal(refusal(turns, of('image/svg+xml')), link.pictureAt);
  t.same(contents(turns, of('image/png'))[0]?.parts, [{ inlineData: { mimeType: 'image/png', data: 'AAAA' }, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }]);
});

t.test('every refusal names the field that its reader handed in', async (t) => {
  t.equal(refusal([user('hi'), result('nine')]), 'input.nine.call_id');
  t.equal(refusal([user('hi'), model(call('one', 'look', { arguments: '{' }))]), 'input.one.arguments');
  t.equal(refusal([]), 'input');
  t.equal(refusal([{ role: 'system', parts: [{ inlineData: picture }], path: 'system.0', called: 'system' }, user('hi')]), 'system.0');
});

const asked = (more: Partial<AskedTools>): AskedTools => ({
  functions: [{ name: 'a b', description: 'does', parameters: { type: 'object', properties: { x: { type: 'string' } } }, strict: undefined, path: 'tools.0.input_schema' }],
  builtIns: [],
  choice: { kind: 'may' },
  paths: { functions: 'tools', choice: 'choice' },
  json: null,
  logprobs: null,
  cachedContent: null,
  ...more,
});

t.test('tools are planned in the words of whoever asked', async (t) => {
  const plan = toolPlan(asked({}), modelTraits('gemini-3.5-flash'));
  t.match(E.isRight(plan) && toGeminiTools(plan.right), { tools: [{ functionDeclarations: [{ name: 'a_b', description: 'does' }] }] });
  const search = asked({ builtIns: [{ tool: 'googleSearch', path: 'tools.1' }] });
  t.match(toolPlan(search, modelTraits('gemini-2.5-flash')), E.left({ tag: 'InvalidRequest', param: 'tools.1' }));
  const json = asked({ json: { path: 'output_config.format', schema: { type: 'object', properties: { y: { type: 'number' } } }, schemaPath: 'output_config.format.schema' } });
  t.match(toolPlan(json, modelTraits('gemini-2.5-flash')), E.right({ jsonAnswer: { name: 'final_answer', holds: 'whole' }, choice: { kind: 'must' } }));
  t.match(toolPlan(json, modelTraits('gemini-3.5-flash')), E.right({ jsonAnswer: null, formatsJson: true }));
});
