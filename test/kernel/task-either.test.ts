import fc from 'fast-check';
// The law holds ours against fp-ts's own, which nothing else may import past `kernel/fp.ts`.
// oxlint-disable-next-line no-restricted-imports
import * as FP from 'fp-ts/lib/TaskEither.js';
import t from 'tap';
import { E, TE, pipe } from '../../src/kernel/fp.ts';

type Words = Pick<
  typeof TE,
  'filterOrElse' | 'flatMap' | 'flatMapEither' | 'fromIO' | 'fromTask' | 'map' | 'mapLeft' | 'orElse' | 'tapError' | 'tapIO' | 'tapTask' | 'tryCatch'
>;

/** One step of a program: which word, whether what it runs goes well, and whether that is promised or there. */
type Step = { readonly word: keyof Words; readonly goesWell: boolean; readonly isPromised: boolean };

const words = ['filterOrElse', 'flatMap', 'flatMapEither', 'fromIO', 'fromTask', 'map', 'mapLeft', 'orElse', 'tapError', 'tapIO', 'tapTask', 'tryCatch'] as const;

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ word: fc.constantFrom(...words), goesWell: fc.boolean(), isPromised: fc.boolean() }),
  { maxLength: 12 },
);

type Work = TE.TaskEither<string, string>;

/** Runs the program with one library's words; every effect leaves a mark, in its order. */
const run = async (library: Words, program: readonly Step[], mayBeThere: boolean): Promise<unknown> => {
  const marks: string[] = [];
  const end = <A>(value: A): A => {
    marks.push('done');
    return value;
  };
  const later = <A>(step: Step, value: A): A | Promise<A> =>
    step.isPromised || !mayBeThere ? Promise.resolve().then(() => end(value)) : end(value);
  const either = ({ goesWell }: Step, at: number, from: string): E.Either<string, string> => {
    marks.push(`${at} of ${from}`);
    return goesWell ? E.right(`right ${at}`) : E.left(`left ${at}`);
  };
  const workOf = (step: Step, at: number, from: string): Work => () => later(step, either(step, at, from));
  const mark = (at: number) => (from: string): string => {
    marks.push(`${at} of ${from}`);
    return `changed ${at}`;
  };
  const after = (step: Step, at: number): ((work: Work) => Work) => {
    switch (step.word) {
      case 'flatMap': return library.flatMap((from: string) => workOf(step, at, from));
      case 'flatMapEither': return library.flatMapEither((from: string) => either(step, at, from));
      case 'map': return library.map(mark(at));
      case 'mapLeft': return library.mapLeft(mark(at));
      case 'orElse': return library.orElse((from: string) => workOf(step, at, from));
      case 'tapError': return library.tapError((from: string) => workOf(step, at, from));
      case 'tapIO': return library.tapIO((from: string) => () => mark(at)(from));
      case 'tapTask': return library.tapTask((from: string) => () => later(step, mark(at)(from)));
      case 'filterOrElse': return library.filterOrElse((from: string) => E.isRight(either(step, at, from)), mark(at));
      case 'fromIO': return library.flatMap((from: string) => library.fromIO<string, string>(() => mark(at)(from)));
      case 'fromTask': return library.flatMap((from: string) => library.fromTask<string, string>(() => later(step, mark(at)(from))));
      case 'tryCatch': return library.flatMap((from: string) =>
        library.tryCatch(() => {
          const result = either(step, at, from);
          if (E.isRight(result)) return later(step, result.right);
          if (step.isPromised) return Promise.reject(new Error(result.left));
          throw new Error(result.left);
        }, (cause) => `caught ${String(cause)}`));
    }
  };
  const work = program.reduce<Work>((before, step, at) => after(step, at)(before), TE.right('start'));
  return { result: await work(), marks };
};

t.test('every program comes to what fp-ts makes of it, with the same effects in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (program) => {
      t.same(await run(TE, program, true), await run(FP as unknown as Words, program, false));
    }),
    { numRuns: 300 },
  );
});

t.test('what waits for nothing is there at once, through every word', (t) => {
  const outcome = pipe(
    TE.right<number, string>(1),
    TE.map((value) => value + 1),
    TE.flatMap((value) => TE.fromEither(E.right(value * 10))),
    TE.tapIO(() => () => undefined),
    TE.tapTask(() => () => undefined),
    TE.flatMapEither((value): E.Either<string, number> => E.left(`no ${value}`)),
    TE.mapLeft((error) => `${error}!`),
    TE.tapError(() => TE.fromIO(() => undefined)),
    TE.orElse((error) => TE.right(error)),
    TE.flatMap((value) => TE.tryCatch(() => value, String)),
  )();
  t.same(outcome, E.right('no 20!'));
  t.end();
});

t.test('a thousand stages behind one that waits are no deeper than its own', async (t) => {
  const all = Array.from({ length: 1000 }, () => TE.map((value: number) => value + 1));
  const work = all.reduce<TE.TaskEither<never, number>>((before, next) => next(before), () => Promise.resolve(E.right(0)));
  t.same(await work(), E.right(1000));
});

t.test('items are worked on one after the other, to the first that goes wrong', async (t) => {
  const begun: number[] = [];
  const work = (item: number): TE.TaskEither<string, number> => async () => {
    begun.push(item);
    return item === 3 ? E.left('three') : E.right(item * 2);
  };
  t.same(await pipe([1, 2], TE.traverseSeqArray(work))(), E.right([2, 4]));
  t.same(await pipe([1, 3, 5], TE.traverseSeqArray(work))(), E.left('three'));
  t.same(begun, [1, 2, 1, 3]);
});
