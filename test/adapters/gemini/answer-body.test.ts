import fc from 'fast-check';
import t from 'tap';
import { errorText, jsonBody, type BodyPieces } from '../../../src/adapters/gemini/answer-body.ts';
import { bodyFrom, endQueue, pushPiece } from '../../../src/adapters/gemini/answer-queue.ts';
import { answerQueue, type Waiting } from '../../../src/adapters/gemini/waiting.ts';
import { caught } from '../../../src/kernel/proxy-error.ts';

const mebibyte = Buffer.alloc(1024 * 1024, ' ');

type Source = { readonly body: AsyncGenerator<Buffer, void, undefined>; readonly given: () => number; readonly isClosed: () => boolean };

/** A body of so many MiB that counts what is taken of it. */
const long = (pieces: number, first = ''): Source => {
  const state = { given: 0, isClosed: false };
  async function* body(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield Buffer.from(first);
      for (; state.given < pieces; state.given += 1) yield mebibyte;
    } finally {
      state.isClosed = true;
    }
  }
  return { body: body(), given: () => state.given, isClosed: () => state.isClosed };
};

const failureOf = async (reading: Promise<unknown>): Promise<unknown> => caught(await reading.then(() => null, (cause: unknown) => cause));

t.test('JSON is read whole, however it comes', async (t) => {
  t.same(await jsonBody(long(3, '{"a":1}').body, 'an answer', null), { a: 1 });
});

t.test('an answer without end is given up after 64 MiB, and its connection is let go', async (t) => {
  const source = long(1000, '{"a":1');
  t.same(await failureOf(jsonBody(source.body, 'an answer', null)), { tag: 'BadAnswer', reason: 'an answer of more than 64 MiB' });
  t.ok(source.given() < 70);
  t.ok(source.isClosed());
});

t.test('an answer that is no JSON is told', async (t) => {
  t.same(await failureOf(jsonBody(long(0, '<html>').body, 'a model list', null)), { tag: 'BadAnswer', reason: 'a model list that is no JSON' });
});

t.test('of an error no more than a mebibyte is read', async (t) => {
  const source = long(1000, 'quota');
  t.match(await errorText(source.body), /^quota/);
  t.ok(source.given() < 5);
  t.ok(source.isClosed());
});

type Fed = { readonly queue: Waiting; readonly body: BodyPieces; readonly read: (texts: readonly string[], behind?: string) => void };

/** A body that is given what reads of a socket brought: pieces in chunks of their own, and maybe what ends the body. */
const fed = (): Fed => {
  const queue = answerQueue({ resume: () => undefined, abort: () => undefined });
  const read = (texts: readonly string[], behind = ''): void => {
    const bytes = Buffer.from(new TextEncoder().encode(texts.map((text) => `${text}\r\n`).join('') + behind).buffer);
    let at = 0;
    for (const { length } of texts) {
      pushPiece(queue, bytes.subarray(at, at + length));
      at += length + 2;
    }
  };
  return { queue, body: bodyFrom(queue).pieces(), read };
};

t.test('a piece that comes alone is handed on in its tick, those that one read brings leave together', async (t) => {
  const { queue, body, read } = fed();
  read(['head']);
  t.equal(String((await body.next()).value), 'head');
  const taken: string[][] = [];
  const poured = body.pour((pieces) => taken.push(pieces.map(String)) < 5);
  const steps: readonly (readonly [readonly string[], string, number])[] = [[['a'], '', 1], [['b', 'c', 'd'], '', 2], [['e'], '', 3], [['f', 'g'], '0\r\n\r\n', 3]];
  for (const [texts, behind, count] of steps) {
    read(texts, behind);
    t.equal(taken.length, count, `${texts.join()} in its tick`);
  }
  await Promise.resolve();
  t.same(taken, [['a'], ['b', 'c', 'd'], ['e'], ['f', 'g']], 'what is no end of a read soon after it');
  endQueue(queue, 'whole');
  await poured;
  t.same(await body.next(), { done: true, value: undefined });
});

t.test('nothing is lost, where whoever takes it stops and goes on', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ texts: fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 4 }), behind: fc.constantFrom('', '0\r\n\r\n'), isRest: fc.boolean() }), { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      async (reads, takes) => {
        let [seen, all] = ['', ''];
        const { queue, body, read } = fed();
        const consume = async (): Promise<void> => {
          for await (const piece of body) {
            seen += String(piece);
            await body.pour((pieces) => {
              seen += Buffer.concat(pieces).toString();
              return takes.next().value === true;
            });
          }
        };
        const consumed = consume();
        for (const [at, { texts, behind, isRest }] of reads.entries()) {
          const words = texts.map((length) => String(at % 10).repeat(length));
          read(words, behind);
          all += words.join('');
          for (let turns = isRest ? 3 : 0; queue.isPaused || turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
        }
        endQueue(queue, 'whole');
        await consumed;
        return seen === all;
      },
    ),
  ));
