import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { caught } from '../../../src/kernel/proxy-error.ts';
import { call, clientOf, outcomeOf, startedEmulator, textOf } from '../../support/client-calls.ts';

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** A bare TCP server, for what no HTTP server would do. */
const serverOf = async (t: Test, onSocket: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}`;
};

const answer = JSON.stringify({ candidates: [{ content: { parts: [{ text: 'well' }] }, finishReason: 'STOP' }] });
const response = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`;

/** Calls with each whole request that came; requests of these tests end with the two closing brackets of their body. */
const onRequest = (socket: Socket, act: (count: number) => void): void => {
  let text = '';
  let count = 0;
  socket.setEncoding('utf8').on('data', (piece) => {
    text += String(piece);
    if (!text.endsWith(']}')) return;
    text = '';
    count += 1;
    act(count);
  });
};

t.test('a connection that is closed just as it is used again loses nothing', async (t) => {
  let connections = 0;
  const url = await serverOf(t, (socket) => {
    connections += 1;
    onRequest(socket, (count) => (count % 3 === 0 ? socket.destroy() : socket.write(response)));
  });
  const client = clientOf(t, url);
  let lost = 0;
  for (let round = 0; round < 100; round += 1) {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(client, call({ streamed: false }))));
    lost += outcomes.filter(({ error }) => error !== null).length;
  }
  t.equal(lost, 0);
  t.ok(connections > 100 && connections <= 600, `${connections} connections`);
});

t.test('connections that are all dead at once lose nothing', async (t) => {
  const state = { dead: false };
  const url = await serverOf(t, (socket) => {
    const isOld = !state.dead;
    onRequest(socket, () => (isOld && state.dead ? socket.resetAndDestroy() : socket.write(response)));
  });
  const client = clientOf(t, url);
  await Promise.all(Array.from({ length: 8 }, () => outcomeOf(client, call({ streamed: false }))));
  state.dead = true;
  for (let count = 0; count < 8; count += 1) t.match(await outcomeOf(client, call({ streamed: false })), { error: null, at: 'end' });
});

t.test('600 calls one after the other share a connection', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  for (let count = 0; count < 600; count += 1) {
    const { error } = await outcomeOf(client, call({ streamed: count % 2 === 0 }));
    if (error !== null) t.fail(error.tag);
  }
  t.equal(emulator.requests.length, 600);
  t.ok(emulator.connections() <= 2, `${emulator.connections()} connections`);
});

t.test('a caller who leaves closes the connection to Gemini, and nothing is asked again', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  for (const kind of ['stall-before-head', 'stall-before-first-frame', 'stall-mid-stream', 'endless-stream'] as const) {
    emulator.reset();
    emulator.fault(kind);
    const leave = new AbortController();
    const outcome = outcomeOf(client, call({ signal: leave.signal }));
    const [seen] = await emulator.arrived(1);
    leave.abort();
    t.match(await seen?.closed, { early: true }, kind);
    t.match(await outcome, { error: { tag: 'ClientGone' } }, kind);
    t.equal(emulator.requests.length, 1, kind);
  }
});

t.test('a caller who leaves before the connection stands is not waited for', async (t) => {
  let told = (): void => undefined;
  const connected = new Promise<void>((resolve) => {
    told = resolve;
  });
  const silent = await serverOf(t, () => told());
  const leave = new AbortController();
  const client = clientOf(t, silent.replace('http:', 'https:'), { connectTimeoutMs: 600_000 });
  const outcome = outcomeOf(client, call({ signal: leave.signal }));
  await connected;
  leave.abort();
  t.match(await outcome, { at: 'head', error: { tag: 'ClientGone' } });
});

t.test('a connection that does not come to stand in time is given up', async (t) => {
  const silent = await serverOf(t, () => undefined);
  const outcome = await outcomeOf(clientOf(t, silent.replace('http:', 'https:'), { connectTimeoutMs: 100 }), call());
  t.match(outcome, { at: 'head', error: { tag: 'Unreachable', reason: 'UND_ERR_CONNECT_TIMEOUT' } });
});

t.test('an answer that is no HTTP is a fault of the network', async (t) => {
  for (const words of ['SSH-2.0-OpenSSH_9.7\r\n', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n']) {
    const url = await serverOf(t, (socket) => onRequest(socket, () => socket.write(words)));
    for (const isCollected of [true, false])
      t.match(await outcomeOf(clientOf(t, url), call({ isCollected })), { error: { tag: words.includes('zz') ? 'StreamCut' : 'Unreachable' } }, words);
  }
});

/** So long that a piece, or the end of a connection, has come by itself. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

t.test('an answer that nobody reads yet outlives the end of a connection that is not kept alive', async (t) => {
  const eventOf = (text: string, more = ''): string => `data: {"candidates":[{"content":{"parts":[{"text":"${text}"}]}${more}}]}\r\n\r\n`;
  const [first, rest] = [eventOf('first'), eventOf('x'.repeat(90_000)) + eventOf('last', ',"finishReason":"STOP"')];
  const all = first + rest;
  const chunked = [first, rest].map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
  const framings = {
    'until the end': ['', first, rest],
    'by length': [`content-length: ${all.length}\r\n`, first, rest],
    'in chunks': ['transfer-encoding: chunked\r\n', ...chunked, '0\r\n\r\n'],
    'in chunks that are cut off': ['transfer-encoding: chunked\r\n', ...chunked.map((text) => text.slice(0, -2))],
  };
  for (const [framing, [field = '', head = '', ...pieces]] of Object.entries(framings)) {
    for (const isReset of [false, true]) {
      const url = await serverOf(t, (socket) => {
        onRequest(socket, () => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n${field}\r\n${head}`);
          void (async () => {
            const bytes = pieces.join('');
            // Each is one read of the socket: what waits is too much at the end of the second.
            for (const piece of [bytes.slice(0, 60_000), bytes.slice(60_000)]) {
              await pause(20);
              socket.write(piece);
            }
            if (!isReset) return socket.end();
            await pause(20);
            return socket.resetAndDestroy();
          })();
        });
      });
      const opened = await clientOf(t, url).openGemini(call())();
      if (E.isLeft(opened)) return t.fail(opened.left.tag);
      await pause(150);
      const read: string[] = [];
      const error: unknown = await (async () => {
        for await (const batch of opened.right) read.push(textOf(batch));
        return null;
      })().catch(caught);
      const isWhole = !isReset && !framing.includes('cut off');
      const told = { length: read.join('').length, error };
      if (isWhole) t.same(told, { length: 90_009, error: null }, framing);
      else t.match(told, { error: framing === 'by length' || framing === 'in chunks' ? {} : { tag: 'StreamCut' } }, `${framing}, reset`);
    }
  }
});

t.test('a caller who has left already asks nothing', async (t) => {
  const emulator = await startedEmulator(t);
  t.match(await outcomeOf(clientOf(t, emulator.url), call({ signal: AbortSignal.abort() })), { at: 'head', error: { tag: 'ClientGone' } });
  t.equal(emulator.requests.length, 0);
});

t.test('frames that nobody wants any more close the connection', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.fault('endless-stream');
  const opened = await clientOf(t, emulator.url).openGemini(call())();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  let frames = 0;
  for await (const batch of opened.right) {
    for (const frame of batch) frames += frame.candidates?.length ?? 0;
    if (frames >= 100) break;
  }
  t.ok(frames >= 100);
  t.match(await emulator.requests[0]?.closed, { early: true });
});

t.test('a client that is closed ends what runs', async (t) => {
  const emulator = await startedEmulator(t);
  const client = clientOf(t, emulator.url);
  emulator.fault('stall-mid-stream');
  const opened = await client.openGemini(call())();
  if (E.isLeft(opened)) return t.fail(opened.left.tag);
  await opened.right.next();
  await client.close();
  t.match(await emulator.requests[0]?.closed, { early: true });
  t.equal(await opened.right.next().then(() => 'more', (cause: unknown) => caught(cause).tag), 'StreamCut');
});

t.test('a picture of 8 MiB in one line is one frame', async (t) => {
  const emulator = await startedEmulator(t);
  emulator.fault('giant-line');
  const { error, frames } = await outcomeOf(clientOf(t, emulator.url), call());
  t.equal(error, null);
  t.equal(textOf(frames).length, 8 * 1024 * 1024);
});

const mebibyte = 1024 * 1024;
const endless = { streamed: 'data: "', array: '[{"text":"', whole: '{"text":"' };

t.test('a line, element or body without end is given up after 64 MiB', async (t) => {
  for (const [form, beginning] of Object.entries(endless)) {
    let mebibytes = 0;
    const url = await serverOf(t, (socket) => {
      const chunk = Buffer.alloc(mebibyte, 'x');
      const go = (error?: Error | null): void => {
        if (error != null || !socket.writable) return;
        mebibytes += 1;
        socket.write(chunk, go);
      };
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${beginning}`);
        go();
      });
    });
    t.match(await outcomeOf(clientOf(t, url), call({ streamed: form !== 'whole' })), { error: { tag: 'BadAnswer', reason: /64 MiB/ } }, form);
    t.ok(mebibytes < 80, `${form}: ${mebibytes} MiB were sent`);
  }
});
