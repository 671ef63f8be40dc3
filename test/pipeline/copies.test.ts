import t from 'tap';
import { textOf } from '../../src/kernel/unread-text.ts';
import { E, type TE } from '../../src/kernel/fp.ts';
import { caught, type ProxyError } from '../../src/kernel/proxy-error.ts';
import type { GeminiCall } from '../../src/gemini/request.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { inCopies } from '../../src/pipeline/copies.ts';
import type { Frames } from '../../src/pipeline/exchange.ts';
import { framesOf, textFrame } from '../support/capabilities.ts';

const down: ProxyError = { tag: 'Unreachable', reason: 'r' };
const cut: ProxyError = { tag: 'StreamCut' };
const late: ProxyError = { tag: 'TimedOut', phase: 'idle' };
const refused: ProxyError = { tag: 'GeminiInvalid', message: 'm', code: null };

const callOf = (copies: number, atOnce?: number): GeminiCall => ({
  model: 'm',
  streamed: false,
  copies,
  body: { contents: [] },
  ...(atOnce === undefined ? {} : { someCopies: { atOnce } }),
});

type Outcome = ProxyError | readonly (Frame | ProxyError)[];

/** Answers in the order in which calls begin; counts how many are open at once and how many were begun. */
const scripted = (outcomes: readonly Outcome[]) => {
  const counts = { begun: 0, open: 0, most: 0 };
  async function* open(items: readonly (Frame | ProxyError)[]): Frames {
    try {
      yield* framesOf(items);
    } finally {
      counts.open -= 1;
    }
  }
  const answer = (): TE.TaskEither<ProxyError, Frames> => async () => {
    const outcome = outcomes[counts.begun] ?? [];
    counts.begun += 1;
    counts.open += 1;
    counts.most = Math.max(counts.most, counts.open);
    await new Promise((resolve) => setImmediate(resolve));
    if (!('tag' in outcome)) return E.right(open(outcome));
    counts.open -= 1;
    return E.left(outcome);
  };
  return { counts, answer };
};

/** All texts by copy, or the error that came instead. */
const read = async (answer: TE.TaskEither<ProxyError, Frames>): Promise<readonly string[] | ProxyError> => {
  const frames = await answer();
  if (E.isLeft(frames)) return frames.left;
  const texts: string[] = [];
  try {
    for await (const batch of frames.right) for (const { index, content } of batch.flatMap((frame) => frame.candidates ?? [])) texts.push(`${index}:${textOf(content?.parts?.[0]?.text ?? '')}`);
  } catch (cause) {
    return caught(cause);
  }
  return texts.toSorted();
};

const done = (text: string): readonly Frame[] => [textFrame(text, 'STOP')];

t.test('some copies: at most so many at once, and an answer of those that worked', async (t) => {
  const cases: readonly (readonly [string, GeminiCall, readonly Outcome[], readonly string[] | ProxyError, begun: number, most: number])[] = [
    ['all work', callOf(3, 4), [done('a'), done('b'), done('c')], ['0:a', '1:b', '2:c'], 3, 3],
    ['never more than so many at once', callOf(7, 2), 'abcdefg'.split('').map(done), ['0:a', '1:b', '2:c', '3:d', '4:e', '5:f', '6:g'], 7, 2],
    ['a failed call leaves its place to the next', callOf(4, 2), [down, done('b'), late, done('d')], ['1:b', '3:d'], 4, 2],
    ['one that is cut off does not spoil the others', callOf(2, 4), [[textFrame('half'), cut], done('b')], ['0:half', '1:b'], 2, 2],
    ['all fail: the first failure is told', callOf(3, 1), [late, down, down], late, 3, 1],
    ['all cut off: the first failure is told', callOf(2, 1), [[textFrame('half'), cut], down], cut, 2, 1],
    ['what all would meet is not asked again', callOf(10, 4), Array.from({ length: 10 }, () => refused), refused, 4, 4],
    ['and what was drawn before it is answered', callOf(10, 1), [done('a'), refused], ['0:a'], 2, 1],
    ['one copy is a plain call', callOf(1, 4), [down], down, 1, 1],
  ];
  for (const [name, call, outcomes, expected, begun, most] of cases) {
    const { counts, answer } = scripted(outcomes);
    t.same(await read(inCopies(answer)(call)), expected, name);
    t.same(counts, { begun, most, open: 0 }, `${name}: calls`);
  }
});

t.test('all copies or nothing where nobody says otherwise', async (t) => {
  const { counts, answer } = scripted([done('a'), down, done('c')]);
  t.same(await read(inCopies(answer)(callOf(3))), down);
  t.same(counts, { begun: 3, most: 3, open: 0 }, 'those that had begun are closed');
  t.same(await read(inCopies(scripted([done('a'), [textFrame('half'), cut]]).answer)(callOf(2))), cut);
});

t.test('a reader who leaves closes what runs and begins nothing more', async (t) => {
  const { counts, answer } = scripted([[textFrame('a'), textFrame('more')], [textFrame('b'), textFrame('more')], done('c')]);
  const frames = await inCopies(answer)(callOf(3, 2))();
  if (E.isLeft(frames)) return t.fail('an answer');
  await frames.right.next();
  await frames.right.return();
  t.same(counts, { begun: 2, most: 2, open: 0 });
});

t.test('usage of some copies is that of those which answered, the prompt once', async (t) => {
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2 };
  const { answer } = scripted([down, [{ ...textFrame('b', 'STOP'), usageMetadata }], [{ ...textFrame('c', 'STOP'), usageMetadata }]]);
  const frames = await inCopies(answer)(callOf(3, 3))();
  if (E.isLeft(frames)) return t.fail('an answer');
  let last: Frame = {};
  for await (const batch of frames.right) last = batch.at(-1) ?? last;
  t.match(last.usageMetadata, { promptTokenCount: 5, candidatesTokenCount: 4, totalTokenCount: 9 });
});

t.test('a call of which there is to be no copy is not made, and has an empty answer', async (t) => {
  const answers = inCopies(() => {
    throw new Error('should not be called');
  });
  const frames = await answers(callOf(0), undefined)();
  if (E.isLeft(frames)) throw new Error(frames.left.tag);
  t.same(await frames.right.next(), { done: true, value: undefined });
});
