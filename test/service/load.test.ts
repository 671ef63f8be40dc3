import { request, type IncomingMessage } from 'node:http';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { GeminiEmulator, EmulatorOptions } from '../support/gemini-emulator/emulator.ts';
import { asked, chat, contentOf, dataOf, emulated, frame, madeUpKeys, model, question, settingsFor } from '../support/pollux.ts';
import { memoryOf, startServiceProcess, type ServiceProcess } from '../support/service-process.ts';

const mebibyte = 1024 * 1024;

/** Bounds of the service's resident memory, MiB. */
const mostForStreams = 250;
const mostForPicture = 600;
const mostForSlowReader = 250;
/** An endless stream at full speed: on a busy machine the collector of garbage comes late. */
const mostForSpeed = 400;

/** What the system may hold in the buffers of two connections, and the service in its own. */
const mostAhead = 16 * mebibyte;

// A busy machine needs longer for these than tap's usual time.
t.setTimeout(180_000);
const slow = { timeout: 120_000 };

type Setup = { readonly service: ServiceProcess; readonly emulator: GeminiEmulator };

const setup = async (t: Test, options: EmulatorOptions = {}): Promise<Setup> => {
  const emulator = await emulated(t, options);
  const service = await startServiceProcess(t, { ...settingsFor(emulator, madeUpKeys), LOG_LEVEL: 'info' });
  return { service, emulator };
};

const below = (t: Test, { pid }: ServiceProcess, most: number): void => {
  if (process.platform !== 'linux') return t.comment('memory is read from /proc, which is not here');
  const { peak } = memoryOf(pid);
  t.ok(peak < most, `at most ${most} MiB of memory (${Math.round(peak)})`);
};

t.test('a stream of 20,000 frames and 4 MB arrives whole', slow, async (t) => {
  const { service, emulator } = await setup(t);
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${'x'.repeat(200)}`.slice(0, 200));
  emulator.answerWith([...lines.map((line) => frame(line)), frame('', 'STOP')]);
  const text = await (await chat(service, question('Hello', { stream: true }))).text();
  const content = contentOf(text);
  t.equal(content.length, 4_000_000);
  t.ok(content === lines.join(''), 'every line is there, in order');
  t.equal(dataOf(text).at(-1), '[DONE]');
  const whole = (await (await chat(service, question('Hello'))).json()) as { readonly choices: readonly { readonly message: { readonly content: string } }[] };
  t.ok(whole.choices[0]?.message.content === content, 'the whole answer is the same');
  below(t, service, mostForStreams);
});

t.test('a picture of 30 MB in a request reaches Gemini whole', slow, async (t) => {
  const { service, emulator } = await setup(t, { checks: false });
  const data = Buffer.alloc(30_000_000, 'pollux').toString('base64');
  const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }];
  const answer = await chat(service, { model, messages: [{ role: 'user', content }] });
  t.equal(answer.status, 200);
  await answer.body?.cancel();
  const body = asked(emulator)[0]?.body as { readonly contents: readonly { readonly parts: readonly { readonly inlineData?: { readonly data: string } }[] }[] };
  t.ok(body.contents[0]?.parts[1]?.inlineData?.data === data, 'byte for byte');
  below(t, service, mostForPicture);
});

t.test('200 streams at once all arrive whole', slow, async (t) => {
  const { service, emulator } = await setup(t, { frameDelayMs: 5 });
  const ask = async (number: number): Promise<string> => {
    const answer = await chat(service, question(`number ${number}`, { stream: true }));
    const text = await answer.text();
    return dataOf(text).at(-1) === '[DONE]' ? contentOf(text) : `${answer.status} ${text}`;
  };
  const texts = await Promise.all(Array.from({ length: 200 }, (_, number) => ask(number)));
  const wrong = texts.filter((text, number) => !text.includes(`You wrote: “number ${number}”. (${model}, 1 turn)`));
  t.same(wrong, []);
  t.equal(asked(emulator).length, 200);
  below(t, service, mostForStreams);
});

/** The head of a streamed answer, nothing of whose body is read. */
const unread = ({ url, password }: ServiceProcess): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asking = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
    });
    asking.once('response', resolve).once('error', reject).end(JSON.stringify(question('Hello', { stream: true })));
  });

/** The bytes that Gemini has sent once no more come for a second; at once when they are too many. */
const held = async (sent: () => number): Promise<number> => {
  for (let before = -1; before !== sent() && sent() < mostAhead; ) {
    before = sent();
    await pause(1000);
  }
  return sent();
};

t.test('a reader who stops holds Gemini back, and one who goes on gets the rest', slow, async (t) => {
  const { service, emulator } = await setup(t);
  emulator.fault('endless-stream');
  const answer = await unread(service);
  answer.pause();
  const sent = (): number => asked(emulator)[0]?.bytesSent ?? 0;
  const ahead = await held(sent);
  t.ok(ahead < mostAhead, `${(ahead / mebibyte).toFixed(1)} MiB went out for a reader who took nothing`);
  below(t, service, mostForSlowReader);
  let read = 0;
  for await (const piece of answer) {
    read += (piece as Buffer).length;
    if (sent() > ahead + mebibyte) break;
  }
  t.ok(read > 0 && sent() > ahead, 'the stream goes on with its reader');
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
  below(t, service, mostForSpeed);
});
