import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Script } from '../support/gemini-emulator/script.ts';
import { asked, chat, contentOf, dataOf, frame, gate, madeUpKeys, pollux, question, reading } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';
import { webServer } from '../support/web-server.ts';

const beat = ': keep-alive\n\n';

t.test('heartbeats come while Gemini is silent: before its first word and between two', async (t) => {
  const service = await pollux(t, { settings: { STREAM_KEEPALIVE_SECONDS: '1' } });
  for (const beforeFrame of [0, 1]) {
    const held = gate();
    service.emulator.answerWith({ frames: [frame('first, '), frame('last', 'STOP')], hold: { beforeFrame, until: held.until } }, { times: 1 });
    const { until, rest } = reading(await chat(service, question('Hello', { stream: true })));
    t.equal(contentOf(await until(beat)), beforeFrame === 0 ? '' : 'first, ');
    held.open();
    const all = await rest();
    t.equal(contentOf(all), 'first, last');
    t.equal(dataOf(all).at(-1), '[DONE]');
  }
});

t.test('behind heartbeats key after key is tried, and only the last failure is told, in a frame', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys.slice(0, 2), settings: { STREAM_KEEPALIVE_SECONDS: '1' } });
  const [one = '', two = ''] = madeUpKeys;
  const held = gate();
  const late = (key: string): Script => ({ status: 429, body: JSON.stringify({ error: { code: 429, message: `quota of ${key}`, status: 'RESOURCE_EXHAUSTED' } }) });
  service.emulator.answerWith(async ({ key }) => held.until.then(() => late(key)));
  const answer = await chat(service, question('Hello', { stream: true }));
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), 'text/event-stream');
  held.open();
  const data = dataOf(await answer.text());
  t.equal(data.length, 1, 'one error frame, no [DONE]');
  t.match(JSON.parse(data[0] ?? ''), { error: { code: 'rate_limit_exceeded', type: 'requests' } });
  t.same(asked(service.emulator).map(({ key }) => key), [one, two]);
});

t.test('STREAM_KEEPALIVE_SECONDS=0 sends none', async (t) => {
  const service = await pollux(t, { settings: { STREAM_KEEPALIVE_SECONDS: '0' } });
  t.notMatch(await (await chat(service, question('Hello', { stream: true }))).text(), 'keep-alive');
});

t.test('all that is there leaves with its length where others wait as well, and else begins with its first text', async (t) => {
  const words = ['first, ', 'second, ', 'last'];
  const held: (() => void)[] = [];
  const answer = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.cork();
    for (const [at, text] of words.entries()) response.write(`data: ${JSON.stringify(frame(text, at === 2 ? 'STOP' : undefined))}\r\n\r\n`);
    response.end();
  };
  const google = await webServer(t, (request, response) => {
    if (request.method === 'POST') void text(request).then((body) => (body.includes('Wait') ? held.push(() => answer(response)) : answer(response)));
    else response.writeHead(404).end();
  });
  const service = await pollux(t, { settings: { GEMINI_BASE_URL: google.url } });
  const ask = async (what: string): Promise<string | null> => {
    const answered = await chat(service, question(what, { stream: true }));
    t.equal(contentOf(await answered.text()), words.join(''));
    return answered.headers.get('content-length');
  };
  t.equal(await ask('Hello'), null, 'alone');
  const others = [1, 2, 3].map(async () => ask('Wait'));
  await eventually(() => held.length === 3);
  t.type(await ask('Hello'), 'string', 'beside three others');
  for (const goOn of held) goOn();
  await Promise.all(others);
});

type Leaving = {
  readonly what: string;
  readonly fault: 'stall-before-head' | 'stall-before-first-frame' | 'stall-mid-stream' | 'endless-stream';
  readonly stream: boolean;
  /** Whether the caller reads some text before it leaves. */
  readonly reads: boolean;
};

const leavings: readonly Leaving[] = [
  { what: 'before Gemini answers a whole request', fault: 'stall-before-head', stream: false, reads: false },
  { what: 'before Gemini answers a stream', fault: 'stall-before-head', stream: true, reads: false },
  { what: "between Gemini's head and its first frame", fault: 'stall-before-first-frame', stream: true, reads: false },
  { what: 'in the middle of a stream', fault: 'endless-stream', stream: true, reads: true },
  { what: 'in the middle of a stream that has stalled', fault: 'stall-mid-stream', stream: true, reads: true },
  { what: 'without having read anything of a stream', fault: 'endless-stream', stream: true, reads: false },
];

for (const { what, fault, stream, reads } of leavings) {
  t.test(`a caller who leaves ${what} takes the call to Gemini along, and nothing more is tried`, async (t) => {
    const service = await pollux(t, { keys: madeUpKeys });
    service.emulator.fault(fault);
    const leave = new AbortController();
    const answer = chat(service, question('Hello', { stream }), { signal: leave.signal }).catch(() => undefined);
    if (reads) await (await answer)?.body?.getReader().read();
    await eventually(() => asked(service.emulator).length === 1);
    leave.abort();
    t.equal((await asked(service.emulator)[0]?.closed)?.early, true);
    await eventually(() => service.log.some((line) => line.includes('client gone')));
    const next = await chat(service, question('And now?'));
    t.match(await next.text(), 'And now?', 'who comes next is served');
    t.equal(asked(service.emulator).length, 2);
    t.notOk(service.log.some((line) => /"level":"error"|was refused|spent its quota/.test(line)), 'no defect, no key blamed');
  });
}
