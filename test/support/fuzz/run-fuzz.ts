import { request as httpRequest, type Agent, type ClientRequest } from 'node:http';
import { performance } from 'node:perf_hooks';
import { caseOf } from './cases.ts';
import { faultsOf, type Got } from './faults.ts';
import type { OddRequest } from './odd-requests.ts';

/** The service under test, and how long one answer may take, ms. */
export type Target = { readonly url: string; readonly password: string; readonly agent: Agent; readonly mostMs: number; readonly tally: Tally };

/** How many answers of each status there were to odd requests and to odd answers. */
export type Tally = Map<string, number>;

/** Something that fell: which case, and what is wrong. */
export type Finding = { readonly at: number; readonly what: string; readonly isSlow: boolean; readonly path: string; readonly faults: readonly string[]; readonly body: string; readonly answer: string };

/** Cases under way at once: many of them only wait, for the next try of an answer that can't be read. */
const atOnce = 24;

/** Longer than any answer may take: what is silent so long hangs. */
const hangsAfterMs = 30_000;

const failed = (milliseconds: number, cause: Error): Got => ({ status: 0, type: '', text: cause.message, milliseconds });

/** Header values as Node lets them be sent. */
const sendable = (headers: OddRequest['headers']): OddRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\t\x20-\x7e]/g, '?')]));

const sendBody = (asking: ClientRequest, { body, chunkBytes }: OddRequest): void => {
  if (body === undefined || chunkBytes === undefined) {
    asking.end(body);
    return;
  }
  for (let at = 0; at < body.length; at += chunkBytes) asking.write(body.subarray(at, at + chunkBytes));
  asking.end();
};

const ask = ({ url, password, agent }: Target, request: OddRequest): Promise<Got> => {
  const { method, path, headers, body, chunkBytes } = request;
  const isMeasured = body !== undefined && chunkBytes === undefined;
  const began = performance.now();
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const asking = httpRequest({ hostname, port, method, path, agent, headers: { authorization: `Bearer ${password}`, ...sendable(headers), ...(isMeasured ? { 'content-length': String(body.length) } : {}) } });
    const timer = setTimeout(() => asking.destroy(new Error('hangs')), hangsAfterMs);
    const end = (got: Got): void => {
      clearTimeout(timer);
      resolve(got);
    };
    asking.once('error', (cause) => end(failed(performance.now() - began, cause)));
    asking.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', (cause) => end(failed(performance.now() - began, cause)));
      response.once('end', () =>
        end({ status: response.statusCode ?? 0, type: `${response.headers['content-type'] ?? ''}${'x-injected' in response.headers ? ' x-injected' : ''}`, text: Buffer.concat(pieces).toString('utf8'), milliseconds: performance.now() - began }),
      );
    });
    sendBody(asking, request);
  });
};

/** Tries one case. */
export const tryCase = async (target: Target, seed: number, at: number): Promise<Finding | null> => {
  const { request, what } = caseOf(seed, at);
  const got = await ask(target, request);
  const kind = `odd ${what} ${got.status}`;
  target.tally.set(kind, (target.tally.get(kind) ?? 0) + 1);
  const faults = faultsOf(got, what, target.mostMs);
  if (faults.length === 0) return null;
  const { method, path, headers, body } = request;
  const isSlow = faults.length === 1 && got.milliseconds > target.mostMs;
  return { at, what, isSlow, path: `${method} ${path} ${JSON.stringify(headers)}`, faults, body: (body ?? Buffer.alloc(0)).toString('latin1').slice(0, 600), answer: `${got.status} ${got.text.slice(0, 300)}` };
};

/**
 * Tries cases from 0 on, some at once, for as long as `goesOn` says; gives how many were tried. What was slow counts
 * when it is slow again by itself: others that were under way, or a busy machine, are no fault of the service.
 */
export const runFuzz = async (target: Target, seed: number, goesOn: (tried: number) => boolean, found: (finding: Finding) => void): Promise<number> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (goesOn(next)) {
      const at = next;
      next += 1;
      const finding = await tryCase(target, seed, at);
      if (finding?.isSlow === true) slow.push(at);
      else if (finding !== null) found(finding);
    }
  };
  const slow: number[] = [];
  await Promise.all(Array.from({ length: atOnce }, worker));
  for (const at of slow) {
    const again = await tryCase(target, seed, at);
    if (again !== null) found(again);
  }
  return next;
};
