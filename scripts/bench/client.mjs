// Who asks: so many at once over connections that are kept, every answer read to its end and looked at.
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { password } from './processes.mjs';

const agent = new Agent({ keepAlive: true });

/** Asks once. Milliseconds until the first byte of the body and until its end; throws what is wrong with the answer. */
export function ask(url, { path, bytes, check }) {
  const began = performance.now();
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'application/json', 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { method: 'POST', agent, headers });
    asking.once('error', reject);
    asking.once('response', (answer) => {
      const pieces = [];
      let firstMs;
      answer.on('data', (piece) => {
        firstMs ??= performance.now() - began;
        pieces.push(piece);
      });
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(pieces).toString();
        const verdict = answer.statusCode === 200 ? check(text) : `status ${answer.statusCode}: ${text.slice(0, 200)}`;
        if (verdict === true) resolve({ firstMs, wholeMs: performance.now() - began });
        else reject(Object.assign(new Error(`${url}${path}: ${verdict}`), { status: answer.statusCode }));
      });
    });
    asking.end(bytes);
  });
}

/** A workload with its body written. */
export const prepared = (workload) => ({ ...workload, bytes: Buffer.from(JSON.stringify(workload.body)) });

/** Asks n times, so many at once, those that begin together a little apart. */
export async function askMany(url, workload, n, rampMs = 0) {
  let begun = 0;
  const client = async (at) => {
    await wait((rampMs * at) / workload.atOnce);
    while (begun < n) {
      begun += 1;
      await ask(url, workload);
    }
  };
  await Promise.all(Array.from({ length: Math.min(n, workload.atOnce) }, (_, at) => client(at)));
}
