import { heavyAnswers, type HeavyAnswer } from './heavy-answers.ts';
import { growingRequests, type GrowingRequest } from './growing-requests.ts';
import { fullLists } from './full-lists.ts';
import { heavyRequests } from './heavy-requests.ts';
import { startHeavyUpstream, type HeavyUpstream } from './heavy-upstream.ts';
import { send, startWatched, type Sending, type WatchedService } from './watched-service.ts';

/** How long one case let the event loop stand still, and how long it might. */
export type Stall = { readonly what: string; readonly mebibytes: number; readonly status: number; readonly stallMs: number; readonly mostMs: number; readonly isOdd: boolean; readonly start: string };

const mebibyte = 1024 * 1024;

/** The promise: 50 ms for 4 MiB and less, 6 ms for each MiB beyond, 3 where base64 goes up as it came. */
const mostFor = (mebibytes: number, isSpliced: boolean): number => 50 + Math.max(0, mebibytes - 4) * (isSpliced ? 3 : 6);

const messages = [{ role: 'user', content: 'hello' }];

const form = (fields: Readonly<Record<string, string>>): Sending => ({
  path: '/v1/audio/transcriptions',
  type: 'multipart/form-data; boundary=edge',
  body: Buffer.from(`--edge\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\nID3\r\n${Object.entries(fields).map(([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--edge--\r\n`, 'latin1'),
});

const json = (path: string, body: object): Sending => ({ path, body: Buffer.from(JSON.stringify(body)) });

/** The ways in which an answer may be asked for. */
export const waysOf = ({ path = '/v1/chat/completions', asks = {} }: HeavyAnswer): readonly (readonly [string, Sending])[] => {
  const model = 'gemini-3.5-flash';
  if (path === '/v1/audio/speech') {
    const asked = { model: 'gemini-2.5-flash-preview-tts', input: 'hello', voice: 'alloy', response_format: 'wav' };
    return [['whole', json(path, asked)], ['streamed', json(path, { ...asked, stream_format: 'sse', response_format: 'pcm' })]];
  }
  if (path === '/v1/audio/transcriptions') {
    const asked = { model: 'gemini-3.5-transcribe' };
    return [['whole', form(asked)], ['as subtitles', form({ ...asked, response_format: 'srt' })], ['with times', form({ ...asked, response_format: 'verbose_json' })], ['by speaker, streamed', form({ ...asked, response_format: 'diarized_json', stream: 'true' })]];
  }
  if (path === '/v1/images/generations') return [['whole', json(path, { model: 'gemini-3.1-flash-image', prompt: 'a cat' })], ['streamed', json(path, { model: 'gemini-3.1-flash-image', prompt: 'a cat', stream: true, partial_images: 2 })]];
  return [['whole', json(path, { model, messages, ...asks })], ['streamed', json(path, { model, messages, stream: true, ...asks })]];
};

type Trial = { readonly what: string; readonly sending: Sending; readonly statuses: readonly number[]; readonly bytes: number; readonly isSpliced?: boolean };

const triedOnce = async (service: WatchedService, { what, sending, statuses, bytes, isSpliced = false }: Trial): Promise<Stall> => {
  await service.watch();
  const { status, start } = await send(service.url, sending);
  const { longestMs: stallMs } = await service.watch();
  const mebibytes = bytes / mebibyte;
  return { what, mebibytes, status, stallMs, mostMs: mostFor(mebibytes, isSpliced), isOdd: !statuses.includes(status), start };
};

/** Tries that are made of what is over its bound: a busy machine stands still by itself now and then. */
const mostTries = 3;

/** The shortest stall of a few tries, where the first is longer than it may be. */
const tried = async (service: WatchedService, trial: Trial, leniency = Infinity): Promise<Stall> => {
  let best = await triedOnce(service, trial);
  for (let count = 1; count < mostTries && best.stallMs > best.mostMs * leniency; count += 1) {
    const next = await triedOnce(service, trial);
    if (next.isOdd || next.stallMs < best.stallMs) best = next;
  }
  return best;
};

const warmUp = async (service: WatchedService): Promise<void> => {
  for (let count = 0; count < 50; count += 1) await send(service.url, json('/v1/chat/completions', { model: 'gemini-3.5-flash', messages }));
};

/**
 * `brief`: each answer asked for in one way only, in turn, and a few of the largest requests: the suite has no time for
 * all. `leniency`: what takes so many times as long as it may is tried again.
 */
type Run = { readonly only?: string; readonly brief?: boolean; readonly leniency?: number; readonly tell?: (stall: Stall) => void };

const isOfBrief = (what: string): boolean => !/input_tokens|count_tokens|:streamG|:countT|^[48]000 in|^(?:5\d|60) MiB|embedded as floats|long texts to be embedded/.test(what) || /plain text|pictures in|base64 with/.test(what);

const running = async (run: (service: WatchedService, upstream: HeavyUpstream) => Promise<void>): Promise<void> => {
  const upstream = await startHeavyUpstream();
  const service = await startWatched(upstream.url);
  try {
    await warmUp(service);
    await run(service, upstream);
  } finally {
    service.close();
    upstream.close();
  }
};

/** Sends every heavy request to a service of its own. */
export const stallsOfRequests = async ({ only = '', brief = false, leniency, tell }: Run = {}): Promise<readonly Stall[]> => {
  const stalls: Stall[] = [];
  await running(async (service) => {
    for (const { what, make, ...heavy } of [...heavyRequests, ...fullLists]) {
      if (!what.includes(only) || (brief && !isOfBrief(what))) continue;
      const sending = make();
      const stall = await tried(service, { what, sending, bytes: sending.body.length, ...heavy }, leniency);
      stalls.push(stall);
      tell?.(stall);
    }
  });
  return stalls;
};

/** Asks a service of its own for every heavy answer. */
export const stallsOfAnswers = async ({ only = '', brief = false, leniency, tell }: Run = {}): Promise<readonly Stall[]> => {
  const stalls: Stall[] = [];
  await running(async (service, upstream) => {
    for (const [at, answer] of heavyAnswers.entries()) {
      if (!answer.what.includes(only)) continue;
      const frames = answer.make();
      upstream.answerWith(frames);
      const bytes = frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
      const ways = waysOf(answer);
      for (const [way, sending] of brief ? [ways[at % ways.length]].flatMap((one) => (one === undefined ? [] : [one])) : ways) {
        const stall = await tried(service, { what: `${answer.what}, ${way}`, sending, statuses: [200, 400, 502], bytes }, leniency);
        stalls.push(stall);
        tell?.(stall);
      }
    }
  });
  return stalls;
};

/** What the service worked for a request of one size and of another one many times as large. `growth` is 1 where the cost grows as the size does. */
export type Cost = { readonly what: string; readonly statuses: readonly number[]; readonly isOdd: boolean; readonly fromMs: number; readonly toMs: number; readonly growth: number };

/** Added to the smaller cost, which may be a few milliseconds and no surer than that. */
const leastMs = 5;

/** The least of a few tries: what else the process does in the meantime (a collection of garbage) only adds. */
const costOf = async (service: WatchedService, { make }: GrowingRequest, size: number): Promise<readonly [status: number, ms: number]> => {
  const sending = make(size);
  const tries: (readonly [number, number])[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { cpuMs: before } = await service.watch();
    const { status } = await send(service.url, sending);
    const { cpuMs: after } = await service.watch();
    tries.push([status, after - before]);
  }
  return tries.toSorted(([, one], [, other]) => one - other)[0] ?? [0, 0];
};

const growthOf = async (service: WatchedService, request: GrowingRequest): Promise<Cost> => {
  // The larger one first: it finds code that is not compiled yet, which must not make the smaller one dearer.
  const [large, toMs] = await costOf(service, request, request.to);
  const [small, fromMs] = await costOf(service, request, request.from);
  const statuses = [small, large];
  return { what: request.what, statuses, isOdd: statuses.some((status) => !request.statuses.includes(status)), fromMs, toMs, growth: toMs / (fromMs + leastMs) / (request.to / request.from) };
};

/** `most`: a growth beyond it is measured again. */
type GrowthRun = { readonly only?: string; readonly most?: number; readonly tell?: (cost: Cost) => void };

/** Sends each of the growing requests in both sizes. */
export const costsOfGrowth = async ({ only = '', most = Infinity, tell }: GrowthRun = {}): Promise<readonly Cost[]> => {
  const costs: Cost[] = [];
  await running(async (service) => {
    for (const request of growingRequests) {
      if (!request.what.includes(only)) continue;
      let cost = await growthOf(service, request);
      for (let count = 1; count < mostTries && cost.growth > most; count += 1) cost = await growthOf(service, request);
      costs.push(cost);
      tell?.(cost);
    }
  });
  return costs;
};
