import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import t from 'tap';
import { emptyList } from '../../src/kernel/empty-list.ts';
import { TE, pipe } from '../../src/kernel/fp.ts';
import { keptPieces } from '../../src/kernel/kept-pieces.ts';
import type { Route } from '../../src/http/route.ts';
import { json } from '../../src/ports/reply.ts';
import { serving, wire } from '../support/serving.ts';

setFlagsFromString('--allow-natives-syntax');
const isOfNumbers = runInThisContext('(list) => %HasSmiElements(list)') as (list: readonly unknown[]) => boolean;
const areAlike = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (one: unknown, other: unknown) => boolean;

t.test('a list with nothing in it yet is one of objects for V8, and another one each time', (t) => {
  const list = emptyList<string>();
  t.ok(isOfNumbers([]), 'which [] is not');
  t.notOk(isOfNumbers(list));
  list.push('one');
  t.same(emptyList(), []);
  t.notOk(isOfNumbers(emptyList()));
  t.ok(areAlike(list, emptyList()));
  t.end();
});

t.test('a body that is read whole, or in pieces, is buffers of the shape that all others have', async (t) => {
  const bodies: (readonly Uint8Array[])[] = [];
  const handle: Route['handle'] = ({ readBody, readPieces }) =>
    pipe(
      bodies.length % 2 === 0 ? pipe(readBody, TE.map((bytes) => [bytes])) : readPieces,
      TE.map((pieces) => {
        bodies.push(pieces);
        return json(200, {});
      }),
    );
  const { port } = await serving(t, [{ method: 'POST', pattern: '/body', handle }]);
  const long = `{"text":"${'word '.repeat(30_000)}"}`;
  for (const body of ['{"a":1}', '{"a":1}', long, long]) {
    const { send, until, socket } = wire(port);
    send(`POST /body HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await until('{}');
    socket.destroy();
    const pieces = bodies.at(-1) ?? [];
    t.equal(Buffer.concat(pieces).toString(), body);
    for (const piece of pieces) t.ok(areAlike(piece, Buffer.allocUnsafe(1)), `${piece.length} of ${body.length} bytes`);
  }
});

t.test('so are pieces of one that are kept by themselves', (t) => {
  const { add, whole } = keptPieces(() => null);
  for (const size of [7, 20_000, 3]) t.equal(add(Buffer.alloc(size)), null);
  t.same(whole().map(({ length }) => length), [7, 20_000, 3]);
  for (const piece of whole()) t.ok(areAlike(piece, Buffer.allocUnsafe(1)), `${piece.length} bytes`);
  t.end();
});
