import t from 'tap';
import { errorText, jsonBody } from '../../../src/adapters/gemini/answer-body.ts';
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
