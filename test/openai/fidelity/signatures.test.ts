import fc from 'fast-check';
import t from 'tap';
import { parseFrames } from '../../../src/gemini/parse-frames.ts';
import type { Frame, ResponsePart } from '../../../src/gemini/response.ts';
import { callReader } from '../../../src/gemini/whole-calls.ts';
import { standInSignature } from '../../../src/gemini/signatures.ts';
import { mendCall } from '../../../src/gemini/mend-call.ts';
import { errorFromAnswer } from '../../../src/gemini/error-from-answer.ts';
import type { RequestPart } from '../../../src/gemini/request.ts';
import type { Signature } from '../../../src/ports/capabilities.ts';
import { answer, assistant, body, call, called, callPart, choices, deltas, frame, plain, result, stop, streamed, tool, user, type Message } from '../../support/chat.ts';
import { nativeRecordings, skipWithoutRecordings, type Recording } from '../../support/recordings.ts';

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
    const error = errorFromAnswer(400, JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }), 'm');
    t.same(error, { tag: 'BadSignature' }, message);
    const again = mendCall(made, error);
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

type Signed = readonly [kind: string, signature: string, textBefore: string];

/** The signed parts of a turn in order, each with all text up to its end. */
const signedOf = (parts: readonly (RequestPart | ResponsePart)[]): readonly Signed[] => {
  let [text, thought] = ['', ''];
  return parts.flatMap((part): readonly Signed[] => {
    if (part.thought === true) thought += part.text ?? '';
    else text += part.text ?? '';
    const kind = part.thought === true ? `thought ${thought}` : (['text', 'functionCall', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse', 'inlineData'].find((name) => name in part) ?? '?');
    if (part.thought !== true) thought = '';
    return part.thoughtSignature === undefined || part.thoughtSignature === standInSignature ? [] : [[kind, part.thoughtSignature, text.trim()]];
  });
};

const bare = ({ content, tool_calls: calls }: Message) => ({
  role: 'assistant',
  content,
  ...(calls === undefined ? {} : { tool_calls: calls.map(({ id, type, function: given }) => ({ id, type, function: given })) }),
});

/** What clients keep of an answer. */
const keeping: Readonly<Record<string, (message: Message) => object>> = {
  'keeps all fields': (message) => message,
  'keeps what it knows': bare,
  'writes its own ids': (message) => {
    const kept = bare(message);
    return { ...kept, ...(kept.tool_calls === undefined ? {} : { tool_calls: kept.tool_calls.map((one, at) => ({ ...one, id: `mine-${at}` })) }) };
  },
  'trims texts and writes JSON anew': (message) => {
    const kept = bare(message);
    const anew = (text: string): string => JSON.stringify(JSON.parse(text), null, 1);
    return {
      ...kept,
      content: kept.content?.trim() ?? null,
      ...(kept.tool_calls === undefined ? {} : { tool_calls: kept.tool_calls.map((one, at) => ({ ...one, id: `own-${at}`, function: { name: one.function?.name, arguments: anew(one.function?.arguments ?? '{}') } })) }),
    };
  },
};

const whole = (frames: readonly Frame[]): readonly Frame[] => {
  let ids = 0;
  const calls = callReader(() => String((ids += 1)));
  return [...calls.read(frames), ...calls.end()];
};

const partsOf = (frames: readonly Frame[]) => frames.flatMap((one) => (one.candidates ?? []).filter(({ index = 0 }) => index === 0).flatMap(({ content }) => content?.parts ?? []));

/** What goes back of an answer's signatures, by client. */
const goesBack = (given: readonly Frame[], model = 'gemini-3.5-flash') => {
  const frames = whole(given);
  const names = [...new Set(partsOf(frames).flatMap(({ functionCall }) => functionCall?.name ?? []))];
  const request = { model, tools: [...names, 'other'].map((name) => tool(name)).concat([Object({ type: 'web_search' })]), messages: [user('a')] };
  const [choice] = choices(request, frames);
  const byCall = partsOf(frames).flatMap(({ functionCall, thoughtSignature: value }) => (functionCall?.id === undefined || value === undefined ? [] : [{ callId: functionCall.id, value, keyId: 'k' }]));
  const recalled: readonly Signature[] = [...byCall, ...streamed(request, frames).signatures];
  return Object.entries(keeping).map(([client, keep]) => {
    const turn = choice === undefined ? {} : keep(choice.message);
    const back = body({ ...request, messages: [user('a'), turn, user('b')] }, client === 'keeps all fields' ? [] : recalled);
    return [client, signedOf(back.contents.filter(({ role }) => role === 'model').flatMap(({ parts }) => parts))] as const;
  });
};

const signedFrames = ({ response }: Recording): readonly Frame[] => {
  const text = response.body.trim();
  const blocks = /^[[{]/.test(text) ? [JSON.parse(text)].flat().map((one: unknown) => JSON.stringify(one)) : text.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []));
  return blocks.flatMap((block) => [...parseFrames(block)]).flatMap((read) => (read.kind === 'frame' ? [read.frame] : []));
};

t.test('whatever was recorded signed goes back signed, in the same place, whatever the client keeps', { skip: skipWithoutRecordings() }, (t) => {
  const seen = new Set<string>();
  for (const recording of nativeRecordings()) {
    if (!recording.response?.body?.includes('thoughtSignature')) continue;
    const frames = signedFrames(recording);
    const came = signedOf(partsOf(whole(frames)));
    if (came.length === 0) continue;
    for (const [kind] of came) seen.add(kind.split(' ')[0] ?? '');
    for (const [client, went] of goesBack(frames)) t.same(went, came, `${recording.name}: a client that ${client}`);
  }
  t.same([...seen].toSorted(), ['executableCode', 'functionCall', 'text', 'toolCall', 'toolResponse']);
  t.end();
});

t.test('signatures on other parts go back in the same place too', (t) => {
  const code = { executableCode: { id: 'c', language: 'PYTHON', code: 'print(1)\n' } };
  const ran = { codeExecutionResult: { id: 'c', outcome: 'OUTCOME_OK', output: '1\n' } };
  const cases: Readonly<Record<string, readonly object[]>> = {
    'a thought': [{ text: 'hm, ', thought: true }, { text: 'yes', thought: true, thoughtSignature: 'dGg=' }, { text: 'Yes.' }],
    'an empty text behind a call': [callPart('f'), { text: '', thoughtSignature: 'ZW1wdHk=' }],
    'a text before and a text behind a call': [{ text: 'I look. ', thoughtSignature: 'b25l' }, callPart('f', {}, { thoughtSignature: 'dHdv' }), { text: 'Wait.', thoughtSignature: 'dGhyZWU=' }],
    'the first of two texts': [{ text: 'One ', thoughtSignature: 'b25l' }, { text: 'two' }, { text: ' three' }],
    'both texts': [{ text: 'One ', thoughtSignature: 'b25l' }, { text: 'two', thoughtSignature: 'dHdv' }],
    'a sibling of a call': [callPart('f'), callPart('g', { a: 1 }, { thoughtSignature: 'dHdv' }), callPart('h', {}, { thoughtSignature: 'dGhyZWU=' })],
    'code that ran, and what came of it': [{ text: 'Look: ' }, { ...code, thoughtSignature: 'Y29kZQ==' }, { ...ran, thoughtSignature: 'cmFu' }, { text: 'one' }],
    'a text that is not English': [{ text: 'Größe ' }, { text: '\u{1f600}', thoughtSignature: 'ZW1vamk=' }, callPart('f', { city: 'Köln', text: 'a\nb' }, { thoughtSignature: 'Y2FsbA==' })],
  };
  for (const [name, parts] of Object.entries(cases)) {
    for (const frames of [[frame(parts, stop)], parts.map((part, at) => frame([part], at === parts.length - 1 ? stop : {}))]) {
      for (const [client, went] of goesBack(frames)) t.same(went, signedOf(parts), `${name}: a client that ${client}`);
    }
  }
  t.end();
});

t.test('a picture that a client keeps as data goes back with its signature, and so does the text before it', (t) => {
  const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' }, thoughtSignature: 'cGlj' };
  const parts = [{ text: 'Here: ', thoughtSignature: 'dGV4dA==' }, picture];
  for (const [client, went] of goesBack([frame(parts, stop)], 'gemini-3.1-flash-image')) {
    t.same(went.map(([kind, signature]) => [kind, signature]), [['text', 'dGV4dA=='], ['inlineData', 'cGlj']], client);
  }
  t.end();
});

t.test('remembered signatures of texts go back as long as one key made them, the one that is asked first', (t) => {
  const told = (text: string, question: string, keyId: string) =>
    streamed({ messages: [user(question)] }, [{ ...frame([{ text, thoughtSignature: Buffer.from(text).toString('base64') }], stop), keyId }]).signatures;
  const messages = [user('a'), assistant('one'), user('b'), assistant('two'), user('c')];
  t.same(signaturesOf(messages, [...told('one', 'a', 'k1'), ...told('two', 'b', 'k1')]), ['b25l', 'dHdv']);
  t.same(signaturesOf(messages, [...told('one', 'a', 'k1'), ...told('two', 'b', 'k2')]), [null, 'dHdv']);
  t.end();
});

t.test('a picture that is not sent again leaves its signature behind', (t) => {
  const picture = (data: string) => frame([{ text: 'Here: ', thoughtSignature: 'dGV4dA==' }, { inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'cGlj' }], stop);
  const model = 'gemini-3.1-flash-image';
  const [one, two] = ['iVBORw0KGgo=', 'iVBORw0KGgoA'].map((data) => answer({ model }, [picture(data)]).message);
  const turns = body({ model, messages: [user('a'), one ?? {}, user('b'), two ?? {}, user('c')] }).contents;
  t.same([1, 3].map((at) => turns[at]?.parts.map((part) => [part.text ?? 'picture', part.thoughtSignature])), [
    [['Here: ', 'dGV4dA=='], ['[image]', undefined]],
    [['Here: ', 'dGV4dA=='], ['[image]', undefined], ['picture', 'cGlj']],
  ]);
  t.end();
});

t.test('another answer, another question or another model is not the one that is remembered', (t) => {
  const made = streamed({ messages: [user('a')] }, [frame([{ text: 'Hello', thoughtSignature: 'dGV4dA==' }], stop)]).signatures;
  const back = (question: string, text: string, model = 'gemini-3.5-flash') => signaturesOf([user(question), assistant(text), user('b')], made, model);
  t.same(back('a', 'Hello'), ['dGV4dA==']);
  t.same(back(' a\n', 'Hello '), ['dGV4dA=='], 'blanks don\'t count');
  for (const other of [back('b', 'Hello'), back('a', 'Hello!'), back('a', 'Hello', 'gemini-3.8-flash')]) t.same(other, [null]);
  const depth = signaturesOf([user('a'), { role: 'system', content: 'depth prompt' }, assistant('Hello'), user('b')], made);
  t.same(depth, ['dGV4dA=='], 'prompts that move don\'t count either');
  t.end();
});

t.test('a word that stands for a signature gives way to the true one, and is never told of a text', (t) => {
  const words = [standInSignature, 'context_engineering_is_the_way_to_go', Buffer.from(standInSignature).toString('base64'), Buffer.from('context_engineering_is_the_way_to_go').toString('base64'), Buffer.from(standInSignature).toString('base64url')];
  for (const word of words) {
    const own = history(called('1', 'f', '{}', google(word)), called('2', 'g', '{}', google(word)));
    t.same(signaturesOf(own, [remembered('1', 'bWVt'), remembered('2', 'bWVuMg==')]), ['bWVt', 'bWVuMg=='], 'remembered');
    t.same(signaturesOf(own), [standInSignature, null], 'not remembered: on the first call alone');
    t.same(signaturesOf(own, [], 'gemini-2.5-pro'), [null, null], 'Gemini 2.5 asks for none');
    t.same(signaturesOf([user('a'), assistant('b', google(word)), user('c')]), [null]);
    const details = { reasoning_details: [{ type: 'reasoning.encrypted', id: '1', data: word }] };
    t.same(signaturesOf([user('a'), assistant(null, { tool_calls: [called('1', 'f')], ...details })], [remembered('1', 'bWVt')]), ['bWVt']);
  }
  t.end();
});

t.test('signed parts that a client broke are left out, and never make a call that Gemini refuses', (t) => {
  const texts = (signed_parts: unknown, content = 'abc') =>
    body({ messages: [user('a'), assistant(content, { extra_content: { google: { signed_parts } } }), user('b')] }).contents[1]?.parts.map(({ text }) => text).join('');
  fc.assert(fc.property(fc.jsonValue(), (given) => texts(given) === 'abc'));
  const numbers = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double());
  const signed = fc.record({ length: numbers, thought_signature: fc.constantFrom('c2ln', 7, ''), behind: fc.constantFrom(true, false, 1) }, { requiredKeys: ['length'] });
  fc.assert(fc.property(fc.array(signed, { maxLength: 4 }), (given) => texts(given) === 'abc'));
  t.end();
});
