import { textOf } from '../../src/kernel/unread-text.ts';
import fc from 'fast-check';
import t from 'tap';
import { quotedPiece, type WrittenText } from '../../src/kernel/written-text.ts';
import { E, TE } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { readyStream } from '../../src/kernel/ready-stream.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { answerWriter, type AnswerEnd, type AnswerForm, type AnswerWriter } from '../../src/ports/answer-writer.ts';
import type { Dialect, Plan, QuestionDialect } from '../../src/ports/dialect.ts';
import type { Machine } from '../../src/kernel/machine.ts';
import { responseMemory } from '../../src/adapters/responses/response-memory.ts';
import { countTokensDialect } from '../../src/anthropic/count-tokens/dialect.ts';
import { messagesDialect } from '../../src/anthropic/messages/dialect.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { responsesDialect } from '../../src/openai/responses/dialect.ts';
import { inputTokensDialect } from '../../src/openai/responses/kept/input-tokens.ts';
import { serve } from '../../src/pipeline/serve.ts';
import { serveQuestions } from '../../src/pipeline/serve-questions.ts';
import type { Capabilities, FrameStream, KeyWish, Lease, Signature, UpstreamCall } from '../../src/ports/capabilities.ts';
import type { Received } from '../../src/pipeline/exchange.ts';
import type { Reply } from '../../src/ports/reply.ts';
import { finished } from '../support/contracts/response-store-contract.ts';
import { begunStream } from '../../src/kernel/begun-stream.ts';
import { framesOf, freely, happyCapabilities, lease, receivedWith, shouldNotBeCalled, textFrame } from '../support/capabilities.ts';
import { eventually } from '../support/serving.ts';

const dialect = chatDialect({ systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() });
const chat = { model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'hi' }] };

const run = async (over: Partial<Capabilities>, received: Received, keepAliveMs = 0): Promise<E.Either<ProxyError, Reply>> =>
  serve({ ...happyCapabilities, ...over }, dialect, { keepAliveMs })(received)();

const read = async (reply: E.Either<ProxyError, Reply>): Promise<string> => {
  if (E.isLeft(reply)) return `error: ${reply.left.tag}`;
  if (reply.right.kind === 'whole') return String(reply.right.body);
  if (reply.right.kind === 'passed') return 'passed';
  const pieces: string[] = [];
  const behind = reply.right.kind === 'begun' ? await reply.right.rest() : reply.right;
  if (reply.right.kind === 'begun') pieces.push(reply.right.text);
  if ('body' in behind) pieces.push(String(behind.body));
  else for await (const piece of behind.tail) pieces.push(String(piece));
  return pieces.join('');
};

const asked = async (over: Partial<Capabilities>, body: object = chat): Promise<string> => read(await run(over, receivedWith(body)));

type Outcome = ProxyError | readonly (Frame | ProxyError)[];

/** Keys 1 to `count` lent in turn but those tried; each call ends as the script says, one after the other. */
const scripted = (count: number, outcomes: readonly Outcome[]) => {
  const calls: UpstreamCall[] = [];
  const reports: (readonly [string, string | null])[] = [];
  const keys = Array.from({ length: count }, (_, index) => lease(index + 1));
  const capabilities: Partial<Capabilities> = {
    leaseKey: ({ tried }: KeyWish) => {
      const ready = keys.filter((key) => !tried.has(key.id));
      const next = ready[calls.length % Math.max(1, ready.length)];
      return next === undefined ? E.left({ tag: 'KeysExhausted', retryAfterSeconds: 9, forToday: false }) : E.right(next);
    },
    reportKey: ({ id }: Lease, _model, error) => reports.push([id, error?.tag ?? null]),
    openGemini: (call) => {
      const outcome = outcomes[calls.length] ?? [textFrame('done', 'STOP')];
      calls.push(call);
      return 'tag' in outcome ? TE.left(outcome) : TE.right(framesOf(outcome));
    },
  };
  return { capabilities, calls, reports };
};

const spent: ProxyError = { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 3, quotaId: null };
const refused: ProxyError = { tag: 'KeyRefused', fault: 'invalid', reason: 'r' };
const down: ProxyError = { tag: 'Unreachable', reason: 'ECONNREFUSED' };
const cut: ProxyError = { tag: 'StreamCut' };

t.test('who may not enter costs nothing', async (t) => {
  const reply = await run({ checkCaller: () => E.left({ tag: 'WrongPassword' }), takePermit: shouldNotBeCalled }, receivedWith(chat, { readBody: shouldNotBeCalled }));
  t.match(reply, E.left({ tag: 'WrongPassword' }));
  const limited = await run({ takePermit: () => E.left({ tag: 'LimitReached', limit: 'minute', most: 1, retryAfterSeconds: 2 }) }, receivedWith(chat, { readBody: shouldNotBeCalled }));
  t.match(limited, E.left({ tag: 'LimitReached' }));
});

t.test('the body', async (t) => {
  t.match(await run({}, receivedWith('{')), E.left({ tag: 'InvalidRequest', code: 'invalid_json' }));
  t.match(await run({}, receivedWith('[]')), E.left({ tag: 'InvalidRequest' }));
  t.match(await run({}, receivedWith(`${'['.repeat(200)}${']'.repeat(200)}`)), E.left({ tag: 'InvalidRequest', message: /deeper/ }));
});

t.test('limits are told on answers and streams', async (t) => {
  const takePermit = () => E.right({ limit: 30, remaining: 29, resetSeconds: 60 });
  const headers = { 'x-ratelimit-limit-requests': '30', 'x-ratelimit-remaining-requests': '29', 'x-ratelimit-reset-requests': '60s' };
  t.match(await run({ takePermit }, receivedWith(chat)), E.right({ headers }));
  t.match(await run({ takePermit }, receivedWith({ ...chat, stream: true })), E.right({ headers }));
});

for (const stream of [false, true]) {
  t.test(`${stream ? 'a stream' : 'a whole answer'}: failing over before the first byte`, async (t) => {
    const body = { ...chat, stream };
    const table: readonly (readonly [string, number, readonly Outcome[], RegExp, number])[] = [
      ['a spent key goes on with the next', 3, [spent, refused], /done/, 3],
      ['all keys are tried, then the pool has the last word', 12, Array.from({ length: 12 }, () => spent), /KeysExhausted/, 12],
      ['a fault of the host tries again, even with one key', 1, [down, down], /done/, 3],
      ['but not for ever', 2, Array.from({ length: 9 }, () => down), /Unreachable/, 5],
      ['an error in a 200 stream before content tries again', 2, [[{ usageMetadata: {} }, spent]], /done/, 2],
      ['an empty answer tries again', 2, [[textFrame('', 'STOP')]], /done/, 2],
      ['three empty answers are enough', 2, [[textFrame('', 'STOP')], [textFrame('', 'STOP')], [textFrame('', 'STOP')]], /EmptyAnswer/, 3],
      ['a malformed call is tried once more', 2, [[textFrame('', 'MALFORMED_FUNCTION_CALL')], [textFrame('', 'MALFORMED_FUNCTION_CALL')]], /EmptyAnswer/, 2],
      ['tokens spent on thoughts are an answer', 1, [[{ candidates: [{ finishReason: 'MAX_TOKENS' }] }]], /length/, 1],
      ['a block is told at once', 2, [[{ promptFeedback: { blockReason: 'SAFETY' } }]], /Blocked/, 1],
      ['a refused request is told at once', 3, [{ tag: 'GeminiInvalid', message: 'm', code: null }], /GeminiInvalid/, 1],
      ['a location is nobody\'s key\'s fault', 3, [{ tag: 'LocationRefused' }], /LocationRefused/, 1],
    ];
    for (const [name, keys, outcomes, expected, count] of table) {
      const script = scripted(keys, outcomes);
      t.match(await asked(script.capabilities, body), expected, name);
      t.equal(script.calls.length, count, `${name}: calls`);
    }
  });
}

t.test('a whole answer that is cut off is asked for again; a stream shows the cut', async (t) => {
  const half: Outcome = [textFrame('half'), cut];
  const whole = scripted(2, [half]);
  t.match(await asked(whole.capabilities), /done/);
  const stream = scripted(2, [half]);
  const text = await asked(stream.capabilities, { ...chat, stream: true });
  t.match(text, /half/);
  t.match(text, /"error":\{"message":"[^"]*cut off/);
  t.notMatch(text, /DONE|finish_reason":"stop/, 'not taken for an end');
  t.equal(stream.calls.length, 1, 'nothing is tried twice after content');
  t.match(stream.reports, [['key-1', null], ['key-1', 'StreamCut']]);
});

t.test('an answer all of which was there comes to what it does in pieces, and leaves the same behind', async (t) => {
  const part = fc.constantFrom(
    { text: 'well' },
    { text: 'hm', thought: true },
    { text: 'half \ud83d' },
    { text: 'signed', thoughtSignature: 'c2lnbmVk' },
    { functionCall: { name: 'look', args: { at: 'it' } }, thoughtSignature: 'Y2FsbA==' },
    { functionCall: { name: 'look', willContinue: true, partialArgs: [{ jsonPath: '$.at', stringValue: 'i' }] } },
    { functionCall: { willContinue: false, partialArgs: [{ jsonPath: '$.at', stringValue: 't' }] } },
    { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' }, thoughtSignature: 'cGljdHVyZQ==' },
    { executableCode: { language: 'PYTHON', code: '1' } },
  );
  const end = fc.constantFrom('STOP', 'SAFETY', 'MAX_TOKENS', 'MALFORMED_FUNCTION_CALL');
  const candidate = fc.record({ content: fc.record({ parts: fc.array(part, { maxLength: 3 }) }), finishReason: end }, { requiredKeys: [] });
  const broken = { finishReason: 'CONTINUATION', continuationToken: 'on', content: { parts: [{ text: 'so far' }] } };
  const frame = fc.oneof(
    { weight: 6, arbitrary: fc.record({ candidates: fc.array(candidate, { maxLength: 2 }), usageMetadata: fc.constant({ totalTokenCount: 3, promptTokenCount: 1 }) }, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.constantFrom({ candidates: [broken] }, { promptFeedback: { blockReason: 'SAFETY' } }) },
  );
  const ways: readonly ((frames: readonly Frame[]) => FrameStream)[] = [
    (frames) => framesOf(frames),
    (frames) => readyStream(frames),
    (frames) => begunStream({ first: frames.slice(0, 1), rest: () => (frames.length > 1 ? readyStream(frames.slice(1)) : framesOf([])) }),
    (frames) => begunStream({ first: frames.slice(0, 1), rest: () => framesOf(frames.slice(1)) }),
  ];
  const traceOf = async (body: object, frames: readonly Frame[], way: (frames: readonly Frame[]) => FrameStream): Promise<unknown> => {
    const left = { reports: [] as unknown[], calls: [] as unknown[], signatures: [] as unknown[] };
    const received = receivedWith({ ...chat, ...body });
    const over: Partial<Capabilities> = {
      leaseKey: ({ tried }) => (tried.size < 3 ? E.right(lease(tried.size + 1)) : E.left({ tag: 'KeysExhausted', retryAfterSeconds: 9, forToday: false })),
      reportKey: ({ id }, _model, error) => left.reports.push([id, error]),
      openGemini: ({ body }) => {
        left.calls.push(body);
        if (String(body).includes('continuationToken')) return TE.right(framesOf([textFrame(' and on', 'STOP')]));
        return TE.right(way(frames));
      },
      rememberSignature: (signature) => left.signatures.push(signature),
      keepImage: (image) => Promise.resolve(`kept:${textOf(image.data).length}`),
    };
    return { answer: await read(await run(over, received)), facts: Object.assign({}, ...received.noted), left };
  };
  const body = fc.record({ model: fc.constantFrom('gemini-3.5-flash', 'gemini-4-pro', 'gemini-2.5-flash-image'), stream: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(body, fc.array(frame, { minLength: 1, maxLength: 6 }), async (asked, frames) => {
      const [told, ...others] = await Promise.all(ways.map((way) => traceOf(asked, frames, way)));
      for (const other of others) t.same(other, told);
    }),
    { numRuns: 800 },
  );
});

t.test('thoughts that just stop are no answer, as a stream and whole', async (t) => {
  const thinking: Frame = { candidates: [{ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'STOP' }] };
  t.match(await asked(scripted(1, [[thinking], [thinking], [thinking]]).capabilities), /EmptyAnswer/);
  const stream = await asked(scripted(1, [[thinking]]).capabilities, { ...chat, stream: true });
  t.match(stream, /reasoning_content":"hm".*"error"/s);
});

t.test('a refused signature is sent once more without', async (t) => {
  const messages = [...chat.messages, { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 'old' } } }] }];
  const once = scripted(1, [{ tag: 'BadSignature' }]);
  t.match(await asked(once.capabilities, { ...chat, messages }), /done/);
  t.match(once.calls.map((call) => /"thoughtSignature":"([^"]*)"/.exec(String(call.body))?.[1]), ['old', 'skip_thought_signature_validator']);
  const twice = scripted(1, [{ tag: 'BadSignature' }, { tag: 'BadSignature' }]);
  t.match(await asked(twice.capabilities, { ...chat, messages }), /BadSignature/, 'not a third time');
});

t.test('signatures are remembered with the key, and recalled with a wish for it', async (t) => {
  const kept: Signature[] = [];
  const addresses: string[] = [];
  const answer: Frame = { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: {} }, thoughtSignature: 'sig' }] }, finishReason: 'STOP' }] };
  await asked({ openGemini: () => TE.right(framesOf([answer])), rememberSignature: (signature, address) => addresses.push(address) && kept.push(signature) });
  t.same([...new Set(addresses)], ['127.0.0.1'], 'for the caller that has it');
  t.same(kept[0], { callId: 'call_id', value: 'sig', keyId: 'key-1' }, 'under the id that the caller got');
  t.match(kept.slice(1), [{ callId: /^answer:/, keyId: 'key-1' }], 'and under what the answer says, for clients that write their own ids');
  const wishes: KeyWish[] = [];
  const messages = [...chat.messages, { role: 'assistant', tool_calls: [{ id: 'call_id', type: 'function', function: { name: 'f', arguments: '{}' } }] }];
  const capabilities: Partial<Capabilities> = {
    recallSignatures: (ids) => Promise.resolve(new Map(kept.filter((signature) => ids.includes(signature.callId)).map((signature) => [signature.callId, signature]))),
    leaseKey: (wish) => {
      wishes.push(wish);
      return E.right(lease(2));
    },
  };
  await asked(capabilities, { ...chat, messages });
  t.match(wishes, [{ preferred: 'key-1', model: 'gemini-3.5-flash' }]);
});

t.test('where no answer is remembered, calls alone are looked up', async (t) => {
  const messages = [
    ...chat.messages,
    { role: 'assistant', content: 'Let me look.', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'c', content: '{}' },
  ];
  const lookedUp = async (holds: boolean): Promise<readonly string[]> => {
    const asks: string[] = [];
    const recallSignatures = (ids: readonly string[]) => Promise.resolve(new Map<string, Signature>()).finally(() => asks.push(...ids));
    await asked({ holdsAnswers: () => holds, recallSignatures }, { ...chat, messages });
    return asks;
  };
  t.same(await lookedUp(false), ['c']);
  t.match(await lookedUp(true), ['c', /^answer:/]);
});

t.test('a signature costs memory as often as the request names its call', async (t) => {
  const signature = { callId: 'call_id', value: 's'.repeat(100_000), keyId: 'key-1' };
  const recallSignatures = () => Promise.resolve(new Map([['call_id', signature]]));
  const call = { id: 'call_id', type: 'function', function: { name: 'f', arguments: '{}' } };
  const messages = [...chat.messages, { role: 'assistant', tool_calls: Array.from({ length: 300 }, () => call) }];
  const taken: number[] = [];
  const busy: ProxyError = { tag: 'Busy', message: 'full' };
  const received = receivedWith({ ...chat, messages });
  const request = { ...freely, take: (bytes: number) => (taken.push(bytes), bytes > 100_000_000 ? busy : null) };
  const result = await run({ recallSignatures }, { ...received, held: { ...received.held, request } });
  t.match(result, E.left(busy));
  t.ok(taken.some((bytes) => bytes >= 300 * 100_000 * 4), String(taken));
});

t.test('n choices from a model that gives one a call: parallel calls, one answer', async (t) => {
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 };
  const script = scripted(3, ['a', 'b', 'c'].map((text) => [{ ...textFrame(text, 'STOP'), usageMetadata }]));
  const whole = JSON.parse(await asked(script.capabilities, { ...chat, n: 3, seed: 4 }));
  t.same(whole.choices.map((choice: { readonly message: { readonly content: string } }) => choice.message.content), ['a', 'b', 'c']);
  t.match(whole.usage, { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 }, 'the prompt counts once');
  t.same(script.calls.map((call) => JSON.parse(String(call.body)).generationConfig.seed), [4, 5, 6], 'each with a seed of its own');
  const failing = scripted(1, [spent, [textFrame('b', 'STOP')]]);
  t.match(await asked(failing.capabilities, { ...chat, n: 2 }), /KeysExhausted/, 'all or nothing');
  const mended = scripted(1, [{ tag: 'GeminiInvalid', message: 'Multiple candidates is not enabled', code: 'unsupported_parameter' }]);
  await asked(mended.capabilities, { ...chat, model: 'gemini-2.5-flash', n: 2 });
  t.same(mended.calls.map((call) => JSON.parse(String(call.body)).generationConfig.candidateCount), [2, undefined, undefined], 'several calls where the model refuses several candidates');
});

t.test('a stream that takes long to begin begins without its answer, and still fails over', async (t) => {
  const asked: ((frames: E.Either<ProxyError, FrameStream>) => void)[] = [];
  const openGemini = () => () => new Promise<E.Either<ProxyError, FrameStream>>((resolve) => asked.push(resolve));
  const open = async (frames: E.Either<ProxyError, FrameStream>): Promise<void> => {
    await eventually(() => asked.length > 0);
    asked.pop()?.(frames);
  };
  const begun = async (): Promise<Reply> => {
    const reply = await run({ openGemini }, receivedWith({ ...chat, stream: true }), 15);
    if (E.isLeft(reply)) throw new Error(reply.left.tag);
    return reply.right;
  };
  const good = await begun();
  t.match(good, { kind: 'streamed', status: 200, heartbeat: { afterMs: 15 } });
  t.equal(good.kind === 'streamed' && good.heartbeat.text(), ': keep-alive\n\n');
  await open(E.right(framesOf([textFrame('late', 'STOP')])));
  t.match(await read(E.right(good)), /late.*DONE/s);
  const bad = await begun();
  await open(E.left({ tag: 'ModelNotFound', model: 'm', message: null }));
  const text = await read(E.right(bad));
  t.match(text, /model_not_found/);
  t.notMatch(text, /DONE/);
});

t.test('frames that came together leave together, and a fault among them is told behind those before it', async (t) => {
  async function* together(...frames: readonly Frame[]): FrameStream {
    yield frames;
  }
  const texts = async (...frames: readonly Frame[]): Promise<readonly string[]> => {
    const reply = await run({ openGemini: () => TE.right(together(...frames)) }, receivedWith({ ...chat, stream: true }));
    if (E.isLeft(reply) || reply.right.kind !== 'streamed') throw new Error('no stream');
    const written: string[] = [];
    for await (const text of reply.right.tail) written.push(String(text));
    return written;
  };
  const all = await texts(textFrame('one '), textFrame('two '), textFrame('three', 'STOP'));
  t.match(all, [/one .*two .*three/s, /DONE/]);
  t.equal(all.length, 2);
  const faulty = await texts(textFrame('one '), { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }, textFrame('never'));
  t.match(faulty, [/one /, /"error"/]);
  t.notMatch(faulty.join(''), /never|DONE/);
});

t.test('pictures are kept in order, drafts are not', async (t) => {
  const picture = (data: string, thought = false) => ({ inlineData: { mimeType: 'image/png', data }, ...(thought ? { thought } : {}) });
  const frames: readonly Frame[] = [{ candidates: [{ content: { parts: [{ text: 'a' }, picture('DRAFT', true), picture('ONE'), { text: 'b' }, picture('TWO')] }, finishReason: 'STOP' }] }];
  const kept: string[] = [];
  const keepImage: Capabilities['keepImage'] = (image) => {
    kept.push(textOf(image.data));
    return Promise.resolve(`http://x/${textOf(image.data)}.png`);
  };
  t.match(await asked({ openGemini: () => TE.right(framesOf(frames)), keepImage }), /a!\[\]\(http:\/\/x\/ONE.png\)b!\[\]\(http:\/\/x\/TWO.png\)/);
  t.same(kept, ['ONE', 'TWO']);
});

t.test('the access line learns model, key, attempts and tokens', async (t) => {
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 1 };
  const received = receivedWith(chat);
  await run(scripted(2, [spent, [{ ...textFrame('x', 'STOP'), usageMetadata }]]).capabilities, received);
  t.match(Object.assign({}, ...received.noted), { model: 'gemini-3.5-flash', streamed: false, key: '#2', attempts: 2, promptTokens: 5, completionTokens: 3 });
});

t.test('attempts count every call of a request: keys, copies and mended calls', async (t) => {
  const attemptsOf = async (script: ReturnType<typeof scripted>, wishes: object): Promise<number | undefined> => {
    const received = receivedWith({ ...chat, ...wishes });
    await run(script.capabilities, received);
    t.equal(script.calls.length, received.noted.findLast(({ attempts }) => attempts !== undefined)?.attempts, JSON.stringify(wishes));
    return script.calls.length;
  };
  const answers = ['a', 'b', 'c'].map((text) => [textFrame(text, 'STOP')]);
  t.equal(await attemptsOf(scripted(3, answers), { n: 3 }), 3);
  const refused: ProxyError = { tag: 'GeminiInvalid', message: 'Multiple candidates is not enabled', code: 'unsupported_parameter' };
  t.equal(await attemptsOf(scripted(3, [refused, ...answers]), { model: 'gemini-2.5-flash', n: 2 }), 3);
  t.equal(await attemptsOf(scripted(2, [spent, [textFrame('x', 'STOP')]]), {}), 2);
});

t.test('a defect in a stream is thrown on, for the server to log; it is no frame', async (t) => {
  const cause = new Error('never foreseen');
  const call: Frame = { candidates: [{ content: { parts: [{ functionCall: { id: 'c', name: 'f', args: {} }, thoughtSignature: 'c2ln' }] }, finishReason: 'STOP' }] };
  const rememberSignature = (): never => {
    throw cause;
  };
  const received = receivedWith({ ...chat, stream: true });
  await t.rejects(read(await run({ rememberSignature, openGemini: () => TE.right(framesOf([call])) }, received)), cause);
  t.match(received.noted.at(-1), { error: 'Defect' });
});

/** Numbered events, an own head and own heartbeats: nothing of OpenAI's. */
const oddDialect: Dialect<{ readonly words: string; readonly streams: boolean }> = {
  decode: (body) => E.right(body as { readonly words: string; readonly streams: boolean }),
  callIds: () => [],
  mediaLinks: () => [],
  translate: ({ words, streams }, { requestId }) => {
    const machine: Machine<number, Frame, string> = {
      start: 1,
      step: (state, { candidates = [] }) => [state + candidates.length, candidates.map(({ content }, at) => `${state + at} ${textOf(content?.parts?.[0]?.text ?? 'undefined')}`)],
      end: (state) => [`${state} end`],
      fail: (state, { tag }) => [`${state} ${tag} of ${requestId}`],
    };
    const form: AnswerForm<number, string> = {
      frames: (events) => events.map((event) => `<${event}>`).join(''),
      whole: (events) => E.right({ kind: 'whole', status: 200, headers: {}, body: events.join(', ') }),
      closing: '',
      heartbeat: (state) => [state + 1, `<${state} beat>`],
    };
    return E.right({
      call: { model: 'gemini-3.5-flash', streamed: true, copies: 1, body: { contents: [{ role: 'user', parts: [{ text: words }] }] } },
      streamed: streams,
      shownEarly: streams,
      judging: { refusesBlocks: true, mustBeWhole: false },
      keepsImages: false,
      encoding: null,
      answer: answerWriter(machine, form),
    });
  },
  replies: { streamHeaders: { 'content-type': 'text/odd' }, limitHeaders: (permit) => ({ 'odd-left': String(permit?.remaining) }) },
};

t.test('a dialect of any shape is served', async (t) => {
  const over: Partial<Capabilities> = { takePermit: () => E.right({ limit: 9, remaining: 4, resetSeconds: 1 }) };
  const ask = (streams: boolean, outcomes: readonly Outcome[]) =>
    serve({ ...happyCapabilities, ...scripted(1, outcomes).capabilities, ...over }, oddDialect, { keepAliveMs: 0 })(receivedWith({ words: 'hi', streams }))();
  const whole = await ask(false, [[textFrame('a'), textFrame('b', 'STOP')]]);
  t.match(whole, E.right({ headers: { 'odd-left': '4' }, body: '1 a, 2 b, 3 end' }));
  const streamed = await ask(true, [[textFrame('a'), textFrame('b', 'STOP')]]);
  t.match(streamed, E.right({ kind: 'streamed', headers: { 'content-type': 'text/odd', 'odd-left': '4' } }));
  t.equal(await read(streamed), '<1 a><2 b><3 end>');
  const cutShort = await ask(true, [[textFrame('a'), cut]]);
  if (E.isLeft(cutShort) || cutShort.right.kind !== 'streamed') return t.fail('a stream');
  t.equal((await cutShort.right.tail.next()).value, '<1 a>');
  t.equal(cutShort.right.heartbeat.text(), '<2 beat>');
  t.equal(await read(cutShort), '<3 StreamCut of req-1>', 'the failure knows what has gone out, heartbeats too');
});

t.test('a stream whose end is bytes is the same whether all of it was there or not', async (t) => {
  const inBytes = (answer: AnswerWriter): AnswerWriter => ({
    ...answer,
    stream: () => {
      const writer = answer.stream();
      return { ...writer, end: () => E.map((end: AnswerEnd<string | WrittenText>) => ({ ...end, value: typeof end.value === 'string' ? [quotedPiece(end.value)] : end.value }))(writer.end()) };
    },
  });
  const bytesDialect: typeof oddDialect = {
    ...oddDialect,
    translate: (request, context) => E.map((plan: Plan) => ({ ...plan, answer: inBytes(plan.answer) }))(oddDialect.translate(request, context)),
  };
  const frames = [textFrame('ä'), textFrame('b', 'STOP')];
  for (const stream of [framesOf(frames), readyStream(frames)]) {
    const capabilities = { ...happyCapabilities, openGemini: () => TE.right(stream) };
    const reply = await serve(capabilities, bytesDialect, { keepAliveMs: 0 })(receivedWith({ words: 'hi', streams: true }))();
    t.equal(await read(reply), '<1 ä><2 b><3 end>');
  }
});

t.test('what an answer holds of its request is reserved before Gemini is asked, and refused where there is no room', async (t) => {
  const holding: typeof oddDialect = { ...oddDialect, translate: (asked, context) => E.map((plan: Plan): Plan => ({ ...plan, holds: 5000 }))(oddDialect.translate(asked, context)) };
  const taken: number[] = [];
  const busy: ProxyError = { tag: 'Busy', message: 'full' };
  const ask = (refusal: ProxyError | null) => {
    const answer = { ...freely, take: (bytes: number) => (taken.push(bytes) > 0 ? refusal : null) };
    const over = refusal === null ? scripted(1, [[textFrame('a', 'STOP')]]).capabilities : { openGemini: shouldNotBeCalled };
    return serve({ ...happyCapabilities, ...over }, holding, { keepAliveMs: 0 })(receivedWith({ words: 'hi', streams: false }, { held: { request: freely, answer } }))();
  };
  t.same(await ask(busy), E.left(busy));
  t.ok(E.isRight(await ask(null)));
  t.same(taken.slice(0, 2), [5000, 5000]);
});

/** One request of few bytes a door; what it refers to has 600,000 characters. */
const referring = async () => {
  const settings = { systemPromptMode: 'leading', historyImages: 'all', imageReplyFormat: 'markdown', modelAliases: new Map<string, string>(), keepAliveMs: 0 } as const;
  const store = responseMemory({ mostResponses: 10, mostBytes: 10_000_000, mostBytesEach: 1_000_000, longestMs: 60_000 }, { now: () => 1 });
  const { caller } = receivedWith({});
  const item = { id: 'msg_1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a'.repeat(600_000) }] };
  await store.keepResponse(finished({ id: 'resp_1', created: 1, previous: null, input: [item], response: { id: 'resp_1', output: [] } }), caller);
  const model = 'gemini-3.5-flash';
  const url = 'https://example.com/a.png';
  const chats = (times: number) => ({ model, messages: [{ role: 'user', content: Array.from({ length: times }, () => ({ type: 'image_url', image_url: { url } })) }] });
  const messages = (times: number) => ({ model, max_tokens: 9, messages: [{ role: 'user', content: Array.from({ length: times }, () => ({ type: 'image', source: { type: 'url', url } })) }] });
  const items = (times: number) => ({ model, input: Array.from({ length: times }, () => ({ type: 'item_reference', id: 'msg_1' })) });
  const previous = (times: number) => ({ model, previous_response_id: 'resp_1', input: Array.from({ length: times - 1 }, () => ({ type: 'item_reference', id: 'msg_1' })) });
  const answers = { ...happyCapabilities, fetchMedia: () => TE.right({ mimeType: 'image/png', data: 'A'.repeat(600_000) }), askGemini: () => TE.right({ totalTokens: 1 }) };
  const generates = <A>(dialect: Dialect<A>) => (over: Partial<Capabilities>) => serve({ ...answers, ...over }, dialect, { keepAliveMs: 0 });
  const counts = <A>(dialect: QuestionDialect<A>) => (over: Partial<Capabilities>) => serveQuestions({ ...answers, ...over }, dialect);
  const responses = generates(responsesDialect(settings, store));
  const inputTokens = counts(inputTokensDialect(settings, store));
  return [
    ['pictures by address', generates(chatDialect(settings)), chats, null],
    ['a picture by address in each of several choices', generates(chatDialect(settings)), (times: number) => ({ ...chats(1), n: times }), 'n'],
    ["pictures by address in Anthropic's shape", generates(messagesDialect(settings)), messages, null],
    ['pictures by address to be counted', counts(countTokensDialect(settings)), messages, null],
    ['an item of a response again and again', responses, items, null],
    ['an earlier response and its item', responses, previous, null],
    ['an item to be counted', inputTokens, items, null],
    ['an earlier response to be counted', inputTokens, previous, null],
  ] as const;
};

t.test('what a request only refers to goes up no more often than a body may be large, at every door', async (t) => {
  const most = { mostSent: 1_000_000, caller: receivedWith({}).caller };
  for (const [what, door, make, param] of await referring()) {
    t.ok(E.isRight(await door({})(receivedWith(make(1), most))()), `${what}, once`);
    t.same(await door({ openGemini: shouldNotBeCalled, askGemini: shouldNotBeCalled })(receivedWith(make(2), most))(), E.left({ tag: 'TooMuchSent', mostBytes: 1_000_000, param }), `${what}, twice`);
  }
  const own = { ...chat, n: 8, messages: [{ role: 'user', content: 'a'.repeat(600_000) }] };
  t.ok(E.isRight(await run({}, receivedWith(own, most))), 'copies of what the caller sent are its own');
  t.match(await run({}, receivedWith({ ...chat, messages: [{ role: 'user', content: 'a'.repeat(1_100_000) }] }, most)), E.left({ tag: 'TooMuchSent' }));
});
