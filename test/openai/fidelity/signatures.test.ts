import t from 'tap';
import { standInSignature } from '../../../src/gemini/signatures.ts';
import { repaired } from '../../../src/gemini/repair.ts';
import { failure } from '../../../src/gemini/failure.ts';
import { answer, assistant, body, call, called, callPart, deltas, frame, plain, result, stop, tool, user } from '../../support/chat.ts';

const google = (thought_signature: string) => ({ extra_content: { google: { thought_signature } } });
const signaturesOf = (messages: readonly object[], recalled: Parameters<typeof body>[1] = [], model = 'gemini-3.5-flash') =>
  body({ model, messages }, recalled).contents.flatMap((turn) => (turn.role === 'model' ? turn.parts.map((part) => part.thoughtSignature ?? null) : []));
const history = (...calls: readonly object[]) => [user('a'), assistant(null, { tool_calls: calls })];
const remembered = (callId: string, value: string) => ({ callId, value, keyId: 'key' });

t.test('a call without any signature gets the stand-in, on the first call of each model turn only', (t) => {
  t.same(signaturesOf(history(called('1', 'f'), called('2', 'g'))), [standInSignature, null]);
  const two = [...history(called('1', 'f')), result('1', 'x'), assistant(null, { tool_calls: [called('2', 'f'), called('3', 'f')] })];
  t.same(signaturesOf(two), [standInSignature, standInSignature, null]);
  for (const model of ['gemini-3-flash-preview', 'gemini-3.1-pro-preview', 'gemini-3.8-flash', 'gemini-4-argon', 'gemini-11-new']) {
    t.same(signaturesOf(history(called('1', 'f')), [], model), [standInSignature], model);
  }
  t.same(signaturesOf(history(called('1', 'f')), [], 'gemini-2.5-pro'), [null], 'Gemini 2.5 asks for none');
  t.end();
});

t.test('a signature goes back in the same part, in each form that clients keep it in', (t) => {
  t.same(signaturesOf(history(called('1', 'f', '{}', google('Z29vZw==')), called('2', 'g'))), ['Z29vZw==', null], 'extra_content');
  t.same(signaturesOf(history(called('1', 'f', '{}', { provider_specific_fields: { thought_signature: 'bGl0ZQ==' } }))), ['bGl0ZQ=='], 'provider_specific_fields');
  const details = [{ type: 'reasoning.text', text: 'hm' }, { type: 'reasoning.encrypted', id: '1', data: 'b3Blbg==', format: 'google-gemini-v1', index: 0 }];
  t.same(signaturesOf([user('a'), assistant(null, { tool_calls: [called('1', 'f')], reasoning_details: details })]), ['b3Blbg=='], 'reasoning_details');
  t.same(signaturesOf(history(called('1', 'f')), [remembered('1', 'bWVt')]), ['bWVt'], 'our memory');
  t.same(signaturesOf(history(called('1', 'f', '{}', google('Z29vZw=='))), [remembered('1', 'bWVt')]), ['Z29vZw=='], 'what the client gives counts first');
  t.end();
});

t.test('parallel calls keep the signature on the call that had it', (t) => {
  const frames = [frame([callPart('a', {}, { thoughtSignature: 'c2ln' }), callPart('b')], stop)];
  const said = answer({}, frames);
  t.same(said.message.tool_calls?.map((one) => Object(one)['extra_content']), [{ google: { thought_signature: 'c2ln' } }, undefined]);
  t.same(signaturesOf([user('a'), said.message, result('id-a', '1'), result('id-b', '2')]), ['c2ln', null]);
  t.end();
});

t.test('what a client broke is no signature', (t) => {
  for (const broken of ['', 'not base64 at all!', 'ünïcode', '[object Object] ']) {
    t.same(signaturesOf(history(called('1', 'f', '{}', google(broken)))), [standInSignature], broken);
  }
  for (const reasoning_details of ['x', 7, [null, 7, { type: 'reasoning.encrypted' }, { type: 'reasoning.encrypted', id: '1', data: 7 }]]) {
    t.same(signaturesOf([user('a'), assistant(null, { tool_calls: [called('1', 'f')], reasoning_details })]), [standInSignature]);
  }
  t.end();
});

t.test('a signature from elsewhere is refused once, then the call goes without', (t) => {
  const made = call({ messages: [...history(called('1', 'f', '{}', google('b2xk')), called('2', 'g')), result('1', 'x'), assistant('b', google('dGV4dA=='))] });
  for (const message of ['Corrupted thought signature.', 'Invalid thought signature', 'Thought signature is not valid']) {
    const error = failure(400, JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }), 'm');
    t.same(error, { tag: 'BadSignature' }, message);
    const again = repaired(made, error);
    const kept = plain(again?.body.contents ?? []).flatMap((turn) => turn.parts.flatMap((part) => part.thoughtSignature ?? []));
    t.same(kept, [standInSignature]);
  }
  t.end();
});

t.test('a signed text keeps its signature, also one on an empty last part', (t) => {
  const frames = [frame([{ text: 'Hello' }]), frame([{ text: '', thoughtSignature: 'dGV4dA==' }], stop)];
  t.same(answer({}, frames).message['extra_content'], { google: { thought_signature: 'dGV4dA==' } });
  t.same(deltas({}, frames)[2], { content: '', extra_content: { google: { thought_signature: 'dGV4dA==' } } });
  t.same(signaturesOf([user('a'), answer({}, frames).message, user('b')]), ['dGV4dA==']);
  t.end();
});

t.test('a client that knows OpenRouter gets and gives signatures in its form', (t) => {
  const frames = [frame([{ text: 'one ', thought: true }]), frame([{ text: 'two', thought: true }]), frame([callPart('f', {}, { thoughtSignature: 'c2ln' })], stop)];
  const said = answer({ reasoning: {} }, frames).message;
  t.match(said, { reasoning: 'one two', reasoning_content: 'one two' });
  t.same(said['reasoning_details'], [
    { type: 'reasoning.text', text: 'one two', format: 'google-gemini-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'c2ln', id: 'id-f', format: 'google-gemini-v1', index: 0 },
  ]);
  t.same(deltas({ include_reasoning: true }, frames)[1], {
    reasoning_content: 'one ',
    reasoning: 'one ',
    reasoning_details: [{ type: 'reasoning.text', text: 'one ', format: 'google-gemini-v1', index: 0 }],
  });
  t.notOk(Object.hasOwn(answer({}, frames).message, 'reasoning_details'), 'only when asked for');
  const { tool_calls, reasoning_details } = said;
  const bare = (tool_calls ?? []).map(({ id, type, function: given }) => ({ id, type, function: given }));
  t.same(signaturesOf([user('a'), assistant(null, { tool_calls: bare, reasoning_details }), result('id-f', 'x')]), ['c2ln']);
  const text = answer({ reasoning: {} }, [frame([{ text: 'x', thoughtSignature: 'dGV4dA==' }], stop)]).message;
  t.same(signaturesOf([user('a'), assistant(text.content, { reasoning_details: text['reasoning_details'] }), user('b')]), ['dGV4dA==']);
  t.end();
});

t.test('thoughts never get into the content, texts are joined as they are', (t) => {
  const frames = [frame([{ text: '**Plan**\n', thought: true }, { text: 'A' }]), frame([{ text: 'more', thought: true }, { text: 'B' }, { text: '\n\nC' }], stop)];
  const { message } = answer({}, frames);
  t.match(message, { content: 'AB\n\nC', reasoning_content: '**Plan**\nmore' });
  for (const delta of deltas({}, frames)) t.notOk('content' in delta && 'reasoning_content' in delta, 'never both in one delta');
  t.end();
});

t.test('drafts among the thoughts are not shown', (t) => {
  const draft = { inlineData: { mimeType: 'image/png', data: 'AAAA' }, thought: true };
  t.same(answer({}, [frame([draft, { text: 'x' }], stop)]).message.content, 'x');
  t.end();
});

t.test('calls of parallel tools are signed for a whole loop, with a client that rewrites ids', (t) => {
  const tools = [tool('f')];
  const rewritten = [user('a'), assistant(null, { tool_calls: [called('mine-1', 'f'), called('mine-2', 'f')] }), result('mine-2', '2'), result('mine-1', '1')];
  const { contents } = body({ tools, messages: rewritten }, [remembered('id-f', 'bWVt')]);
  t.same(contents[1]?.parts.map((part) => [part.functionCall?.id, part.thoughtSignature]), [['mine-1', standInSignature], ['mine-2', undefined]]);
  t.same(contents[2]?.parts.map((part) => part.functionResponse?.id), ['mine-1', 'mine-2']);
  t.end();
});
