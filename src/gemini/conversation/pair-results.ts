import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { callsIn, type ResultTurn, type Turn } from './turns.ts';

/** Where the results of calls stand: index of the model's turn → place of the call in it → the result. */
export type Results = ReadonlyMap<number, ReadonlyMap<number, ResultTurn>>;

/** Calls of one turn that go by one id or name, `next` the first of them that may be without a result. */
type Waiting = { readonly turn: number; readonly positions: number[]; next: number };

/** By id, and by name where a result names its function. */
type Waitings = { readonly id: Map<string, Waiting>; readonly name: Map<string, Waiting> | null };

const noteCall = (
  waiting: Map<string, Waiting>,
  key: string,
  [turn, position]: readonly [turn: number, position: number],
): void => {
  const known = waiting.get(key);
  if (known?.turn === turn) known.positions.push(position);
  else waiting.set(key, { turn, positions: [position], next: 0 });
};

/** The newest turn that makes a call stands for its id and its name. */
const noteCalls = (waiting: Waitings, turn: Turn, index: number): void => {
  for (const [position, { id, name }] of callsIn(turn).entries()) {
    noteCall(waiting.id, id, [index, position]);
    if (waiting.name !== null) noteCall(waiting.name, name, [index, position]);
  }
};

/** Among calls of one id the first without a result; the very first when all have one. */
const openPosition = (calls: Waiting, answered: ReadonlyMap<number, ResultTurn>): number | undefined => {
  const { positions } = calls;
  while (answered.has(positions[calls.next] ?? -1)) calls.next += 1;
  return positions[calls.next] ?? positions[0];
};

const noResults: Results = new Map();

/** Pairs every result with the newest call before it that it answers; one that answers none is a 400 that names it. */
export const pairResults = (turns: readonly Turn[]): E.Either<ProxyError, Results> => {
  if (!turns.some(({ role }) => role === 'result')) return E.right(noResults);
  const results = new Map<number, Map<number, ResultTurn>>();
  const namesFunctions = turns.some((turn) => turn.role === 'result' && turn.by === 'name');
  const waiting: Waitings = { id: new Map(), name: namesFunctions ? new Map() : null };
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'model') noteCalls(waiting, turn, index);
    if (turn.role !== 'result') continue;
    const calls = waiting[turn.by]?.get(turn.key ?? '\0');
    const known = results.get(calls?.turn ?? -1) ?? new Map<number, ResultTurn>();
    const position = calls === undefined ? undefined : openPosition(calls, known);
    if (calls === undefined || position === undefined) {
      return E.left(invalid(`'${turn.path}' does not belong to any tool call before it.`, turn.path, 'invalid_value'));
    }
    results.set(calls.turn, known.set(position, turn));
  }
  return E.right(results);
};
