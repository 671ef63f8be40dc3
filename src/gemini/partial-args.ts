import { rewriteNumbers } from '../kernel/raw-json.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { withExactText, writtenText } from './exact-json.ts';
import type { Json, JsonObject } from './request.ts';
import type { PartialArg } from './response.ts';
import { longNumbers } from './schema/long-numbers.ts';

type Branch = { [key: string]: Tree };
type Tree = Json | Branch | Tree[];
type Step = string | number;

/** Arguments of a call that come in pieces. */
export type PartialArgs = {
  readonly add: (pieces: readonly PartialArg[]) => void;
  readonly whole: () => JsonObject;
};

const longestPath = 2000;
const mostSteps = 100;
/** Elements of a list that may be missing before the next: one that is an empty object comes in no piece. */
const mostMissing = 100;

/** `$.list[0].name` → list, 0, name; null for a path that no call has. */
const stepsOf = (path: string): readonly Step[] | null => {
  if (path.length > longestPath) return null;
  const read = [...path.matchAll(/\[(\d+)\]|\['([^']*)'\]|\.?([^.[\]$]+)/g)].map(([, index, quoted, plain]): Step =>
    index === undefined ? (quoted ?? plain ?? '') : Number(index),
  );
  return read.length === 0 || read.length > mostSteps || typeof read[0] === 'number' || read.includes('__proto__')
    ? null
    : read;
};

const valueOf = ({ stringValue, numberValue, boolValue }: PartialArg): Json =>
  stringValue ?? numberValue ?? boolValue ?? null;

const isList = (tree: Tree | undefined): tree is Tree[] => Array.isArray(tree);
const isBranch = (tree: Tree | undefined): tree is Branch =>
  typeof tree === 'object' && tree !== null && !Array.isArray(tree);

const childOf = (holder: Branch | Tree[], step: Step): Tree | undefined =>
  Object.hasOwn(holder, step) ? Object.getOwnPropertyDescriptor(holder, step)?.value : undefined;

/** False where a list would get a hole of any size. */
const putValue = (holder: Branch | Tree[], step: Step, value: Tree): boolean => {
  if (!isList(holder)) holder[step] = value;
  else if (typeof step !== 'number' || step > holder.length + mostMissing) return false;
  else holder[step] = value;
  return true;
};

/** What the next step goes into: what is there if it is of the right kind, else a new list or object in its place. */
const enterStep = (holder: Branch | Tree[], step: Step, next: Step): Branch | Tree[] | null => {
  const known = childOf(holder, step);
  if (typeof next === 'number' && isList(known)) return known;
  if (typeof next === 'string' && isBranch(known)) return known;
  const made = typeof next === 'number' ? [] : {};
  return putValue(holder, step, made) ? made : null;
};

/** Strings of the same path append; every other value is set once. */
const addPiece = (root: Branch, piece: PartialArg): void => {
  const path = stepsOf(piece.jsonPath ?? '');
  const last = path?.at(-1);
  if (path === null || last === undefined) return;
  let holder: Branch | Tree[] | null = root;
  for (const [at, step] of path.slice(0, -1).entries()) {
    holder = enterStep(holder, step, path[at + 1] ?? '');
    if (holder === null) return;
  }
  const [known, value] = [childOf(holder, last), valueOf(piece)];
  putValue(holder, last, typeof known === 'string' && typeof value === 'string' ? known + value : value);
};

/**
 * Arguments to be put together from pieces (Vertex: partialArgs, willContinue), beginning with those that came whole.
 * Long numbers stay as they were written.
 */
export const partialArgs = (given: JsonObject): PartialArgs => {
  const root: Branch = structuredClone(given);
  const numbers = new Map<number, string>();
  const exact = (): string => rewriteNumbers(jsonText(root), (written) => numbers.get(Number(written)) ?? written);
  return {
    add: (pieces) => {
      for (const [value, written] of longNumbers(writtenText(pieces) ?? '')) numbers.set(value, written);
      for (const piece of pieces) addPiece(root, piece);
    },
    whole: () => (numbers.size === 0 ? root : withExactText(root, exact())),
  };
};
