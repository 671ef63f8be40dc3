import { once } from 'node:events';
import fc from 'fast-check';
import t from 'tap';
import { TE, pipe } from '../../src/kernel/fp.ts';
import { byteBlocks } from '../../src/kernel/byte-blocks.ts';
import { keptPieces } from '../../src/kernel/kept-pieces.ts';
import { memoryBudget } from '../../src/http/memory-budget.ts';
import type { Route } from '../../src/http/route.ts';
import { json } from '../../src/ports/reply.ts';
import { portionOf } from '../../src/ports/memory.ts';
import { gate } from '../support/pollux.ts';
import { eventually, serving, wire } from '../support/serving.ts';

const mebibyte = 1024 * 1024;

t.test('whatever exchanges take and give back, the budget holds what they hold and no more than it may', (t) => {
  const step = fc.record({ who: fc.nat(4), what: fc.constantFrom('take', 'giveBack', 'close', 'letGo'), bytes: fc.nat(3 * mebibyte) });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const mostBytes = 8 * mebibyte;
    const budget = memoryBudget({ mostBytes, mostExchanges: 3 });
    const exchanges = Array.from({ length: 5 }, (_, at) => budget.open(`caller ${at % 2}`));
    const portions = exchanges.map(portionOf);
    for (const { who, what, bytes } of steps) {
      if (what === 'take') portions[who]?.take(bytes);
      else if (what === 'giveBack') portions[who]?.giveBack(bytes);
      else if (what === 'letGo') portions[who]?.letGo();
      else exchanges[who]?.close();
      if (budget.held() < 0 || budget.held() > mostBytes) return false;
    }
    for (const exchange of exchanges) exchange.close();
    for (const exchange of exchanges) if (exchange.take(1)?.tag !== 'ClientGone') return false;
    return budget.held() === 0;
  });
  fc.assert(property);
  t.end();
});

t.test('large exchanges leave room for small ones, and a place each', (t) => {
  const budget = memoryBudget({ mostBytes: 64 * mebibyte, mostExchanges: 3 });
  const [large, small, third, fourth] = [budget.open('a'), budget.open('b'), budget.open('c'), budget.open('d')];
  t.same(large.take(budget.largest + 1), { tag: 'TooMuchHeld', mostBytes: budget.largest }, 'no waiting makes room for it');
  t.equal(large.take(budget.largest - mebibyte), null);
  t.equal(small.take(mebibyte), null, 'there is room for a small one');
  t.equal(small.take(2 * mebibyte)?.tag, 'Busy', 'which has none to grow large');
  t.equal(large.take(2 * mebibyte)?.tag, 'TooMuchHeld', 'nor would there ever be so much for one');
  t.equal(third.take(0), null);
  t.equal(fourth.take(0)?.tag, 'Busy', 'no more than so many at once');
  third.close();
  t.equal(fourth.take(0), null);
  t.end();
});

t.test('no one caller has all places, nor all of the room for large exchanges', (t) => {
  const budget = memoryBudget({ mostBytes: 512 * mebibyte, mostExchanges: 80 });
  const places = Array.from({ length: 80 }, () => budget.open('one'));
  t.equal(places.filter((place) => place.take(0) === null).length, 70);
  const others = Array.from({ length: 10 }, (_, at) => budget.open(`other ${at % 2}`));
  t.ok(others.every((place) => place.take(0) === null), 'the last places are for callers with few');
  t.equal(budget.open('one').take(0)?.tag, 'Busy');
  for (const place of [...places, ...others]) place.close();
  const large = Array.from({ length: 8 }, () => budget.open('one'));
  t.equal(large.filter((one) => one.take(80 * mebibyte) === null).length, 5, 'all of the room, while nobody else wants it');
  const other = budget.open('other');
  t.equal(other.take(100 * mebibyte)?.tag, 'Busy');
  for (const one of large.slice(0, 2)) one.close();
  t.equal(budget.open('one').take(100 * mebibyte)?.tag, 'Busy', 'what gets free is not for whoever has so much');
  t.equal(large[2]?.take(10 * mebibyte), null, 'what is at work goes on');
  t.equal(other.take(100 * mebibyte), null, 'there is room for somebody else');
  for (const one of [...large, other]) one.close();
  t.equal(budget.open('one').take(440 * mebibyte), null, 'one alone may be as large as ever');
  t.end();
});

t.test('a body comes out of its blocks as it went in, and holds little more than it is', (t) => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 30 });
  const property = fc.property(pieces, fc.boolean(), (sent, isAnnounced) => {
    const all = Buffer.concat(sent);
    const reserved: number[] = [];
    const blocks = byteBlocks(isAnnounced ? all.length : null, (bytes) => {
      reserved.push(bytes);
      return null;
    });
    const refused = sent.some((piece) => blocks.add(Buffer.from(piece)) !== null);
    const held = reserved.reduce((sum, bytes) => sum + bytes, 0);
    return !refused && Buffer.compare(blocks.whole(), all) === 0 && held <= Math.max(2 * all.length + 16 * 1024, 0);
  });
  fc.assert(property, { numRuns: 50 });
  const refusing = byteBlocks(null, () => ({ tag: 'Busy', message: 'full' }));
  t.match(refusing.add(Buffer.from('x')), { tag: 'Busy' });
  t.end();
});

t.test('bytes that are kept as they came are whole and in order, without a copy of large pieces or much beside small ones', (t) => {
  const piece = fc.record({ length: fc.oneof(fc.nat(20), fc.integer({ min: 10_000, max: 70_000 })), fill: fc.nat(255) });
  const property = fc.property(fc.array(piece, { maxLength: 30 }), (sizes) => {
    const sent = sizes.map(({ length, fill }) => Buffer.alloc(length, fill));
    const kept = keptPieces(() => null);
    if (sent.some((each) => kept.add(each) !== null)) return false;
    const all = Buffer.concat(sent);
    const pieces = kept.whole();
    const held = [...new Set(pieces.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const areSame = sent.every((each) => each.length < 16 * 1024 || pieces.includes(each));
    return areSame && kept.size() === all.length && Buffer.compare(Buffer.concat(pieces), all) === 0 && held <= 2 * all.length + 32 * 1024;
  });
  fc.assert(property, { numRuns: 50 });
  const heldBy = (sent: readonly Buffer[]): number => {
    const kept = keptPieces(() => null);
    for (const each of sent) kept.add(each);
    return [...new Set(kept.whole().map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);
  };
  const large = Buffer.alloc(16 * 1024);
  t.ok(heldBy(Array.from({ length: 100 }, () => [Buffer.alloc(1), Buffer.from(large)]).flat()) < 1.1 * 100 * large.length, 'of a block for a single byte nothing is kept beside it');
  t.ok(heldBy(Array.from({ length: 20 }, () => Buffer.alloc(1024 * 1024).subarray(0, large.length))) < 4 * 20 * large.length, 'nor the rest of what a piece was cut from');
  const refusing = keptPieces(() => ({ tag: 'Busy', message: 'full' }));
  for (const length of [1, 70_000]) t.match(refusing.add(Buffer.alloc(length)), { tag: 'Busy' });
  t.end();
});

/** Reads its body and stays open until the gate is. */
const reading = (until: Promise<void>): Route => ({
  method: 'POST',
  pattern: '/read',
  handle: ({ readBody }) =>
    pipe(
      readBody,
      TE.flatMap((body) => TE.fromTask(() => until.then(() => json(200, { bytes: body.length })))),
    ),
});

const head = (length: number): string => `POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;

t.test('announced bodies are served as far as the budget goes, the rest is told at once to come again', async (t) => {
  const done = gate();
  const { port } = await serving(t, [reading(done.until)], { mostBodyBytes: 8 * mebibyte, memoryBudgetBytes: 64 * mebibyte });
  const wires = Array.from({ length: 10 }, () => wire(port));
  const answers = wires.map(({ until }) => until('\r\n\r\n'));
  for (const { send } of wires) send(head(6 * mebibyte));
  for (const answer of await Promise.all(answers.slice(2))) {
    t.match(answer, 'HTTP/1.1 503');
    t.match(answer, /retry-after: \d/i);
  }
  const small = wire(port);
  small.send(`${head(2)}{}`);
  wires[0]?.send('x'.repeat(6 * mebibyte));
  wires[1]?.send('x'.repeat(6 * mebibyte));
  done.open();
  for (const answer of answers.slice(0, 2)) t.match(await answer, 'HTTP/1.1 200');
  t.match(await small.until('"bytes":2'), 'HTTP/1.1 200', 'a small request is served beside them');
  for (const { socket } of [...wires, small]) socket.destroy();
});

t.test('a body that no exchange could hold is too large, however much is free', async (t) => {
  const { port } = await serving(t, [reading(Promise.resolve())], { mostBodyBytes: 64 * mebibyte, memoryBudgetBytes: 64 * mebibyte });
  const { send, until, socket } = wire(port);
  send(head(15 * mebibyte));
  t.match(await until('request_too_large'), 'HTTP/1.1 413');
  socket.destroy();
});

t.test('what an exchange held is free again when its caller has gone in the middle of its body', async (t) => {
  const { port, lines } = await serving(t, [reading(Promise.resolve())], { mostBodyBytes: 64 * mebibyte, memoryBudgetBytes: 64 * mebibyte });
  for (let count = 1; count <= 3; count += 1) {
    const { send, socket } = wire(port);
    send(`${head(13 * mebibyte)}x`);
    await once(socket, 'connect');
    await eventually(() => socket.bytesWritten > 0);
    socket.end(' ');
    await eventually(() => lines.length === count);
    t.match(lines.at(-1), { message: 'client gone' });
  }
});
