import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { memoryOf, startServiceProcess, type ServiceProcess } from '../support/service-process.ts';

const mebibyte = 1024 * 1024;
const piece = Buffer.alloc(64 * 1024, 'x');

const started = async (t: Test, server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A Google that takes bytes and throws them away, and gives as many as the model's name says. */
const bareGoogle = (t: Test): Promise<string> => {
  const server = createServer((request, response) => {
    const megabytes = Number(/give-(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
    let taken = 0;
    request.on('data', (bytes: Buffer) => {
      taken += bytes.length;
    });
    request.on('end', () => {
      if (request.url?.startsWith('/upload') === true && request.headers['x-goog-upload-command'] === 'start') {
        response.writeHead(200, { 'x-goog-upload-url': `http://${request.headers.host}/upload/v1beta/files?upload_id=x`, 'x-goog-upload-status': 'active' }).end();
        return;
      }
      response.writeHead(200, { 'content-type': megabytes > 0 ? 'text/event-stream' : 'application/json' });
      const give = async (): Promise<void> => {
        for (let at = 0; at < megabytes * 16 && !response.destroyed; at += 1) {
          const isLast = at === megabytes * 16 - 1;
          if (!response.write(isLast ? Buffer.concat([piece.subarray(2), Buffer.from('\n\n')]) : piece)) await new Promise((resolve) => response.once('drain', resolve));
        }
        response.end(megabytes > 0 ? '' : `{"file":{"name":"files/x","sizeBytes":"${taken}"}}`);
      };
      void give();
    });
  });
  return started(t, server);
};

/** Sends so many megabytes; resolves with what Google says that it took of them. */
const sentUp = (address: string, megabytes: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(address, { method: 'POST', headers: { 'content-length': String(megabytes * mebibyte), 'x-goog-upload-command': 'upload, finalize' } }, (response: IncomingMessage) => {
      let text = '';
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on('end', () => resolve(Number(/"sizeBytes":"(\d+)"/.exec(text)?.[1] ?? 0)));
    });
    request.on('error', reject);
    const send = async (): Promise<void> => {
      for (let at = 0; at < megabytes * 16; at += 1) if (!request.write(piece)) await new Promise((next) => request.once('drain', next));
      request.end();
    };
    void send();
  });

const takenDown = async ({ url, password }: ServiceProcess, megabytes: number): Promise<number> => {
  const answer = await fetch(`${url}/v1beta/models/give-${megabytes}:streamGenerateContent?alt=sse`, { method: 'POST', headers: { 'x-goog-api-key': password }, body: '{}' });
  let size = 0;
  for await (const got of answer.body ?? []) size += (got as Uint8Array).length;
  return size;
};

const begun = async ({ url, password }: ServiceProcess): Promise<string> => {
  const answer = await fetch(`${url}/upload/v1beta/files`, { method: 'POST', headers: { 'x-goog-api-key': password, 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' }, body: '{}' });
  return answer.headers.get('x-goog-upload-url') ?? '';
};

t.test('an upload of 2 GiB, and a quarter of a GiB that comes down, leave the memory as it is', async (t) => {
  const service = await startServiceProcess(t, { GEMINI_BASE_URL: await bareGoogle(t), GEMINI_API_KEYS: 'made-up-key', MAX_BODY_MB: '1', LOG_LEVEL: 'info' });
  await takenDown(service, 8);
  await sentUp(await begun(service), 8);
  const before = memoryOf(service.pid).peak;
  t.equal(await sentUp(await begun(service), 2048), 2048 * mebibyte);
  t.equal(await takenDown(service, 256), 256 * mebibyte);
  const grown = memoryOf(service.pid).peak - before;
  t.ok(grown < 60, `${grown.toFixed(0)} MiB more`);
});

t.test('eight slow readers hold nothing but what waits for them', async (t) => {
  const service = await startServiceProcess(t, { GEMINI_BASE_URL: await bareGoogle(t), GEMINI_API_KEYS: 'made-up-key', LOG_LEVEL: 'info' });
  await takenDown(service, 8);
  const before = memoryOf(service.pid).now;
  const readers = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const answer = await fetch(`${service.url}/v1beta/models/give-64:streamGenerateContent?alt=sse`, { method: 'POST', headers: { 'x-goog-api-key': service.password }, body: '{}' });
      return answer.body?.getReader();
    }),
  );
  for (const reader of readers) await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const grown = memoryOf(service.pid).now - before;
  t.ok(grown < 60, `${grown.toFixed(0)} MiB more`);
  await Promise.all(readers.map(async (reader) => reader?.cancel()));
});
