import { perText } from '../kernel/remember.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import type { Headers } from '../ports/reply.ts';
import type { FindRoute } from './find-route.ts';
import type { Route } from './route.ts';

/** An address that other doors have too, and the header that only this door's callers send. Lower case. */
export type SharedAddress = { readonly prefix: string; readonly header: string };

/** One public API, as the server sees it: whose requests they are, what it answers, and how its errors look. */
export type Door = {
  /** What its addresses begin with. Of all doors the one with the longest that fits is meant, else the first door. */
  readonly prefixes: readonly string[];
  readonly shares?: readonly SharedAddress[];
  /** What base addresses end in; cut off, as often as it stands there, before a route is looked for. */
  readonly bases: readonly string[];
  /** How it shows errors, in an answer that bears this request id. */
  readonly errors: (requestId: string) => ErrorReplies;
  /** The headers of every answer, beside the server's own. */
  readonly headers: (requestId: string, milliseconds: number) => Headers;
  /** What a page of another origin may read of an answer's headers. */
  readonly readableHeaders: readonly string[];
  readonly routes: readonly Route[];
  /** How it finds a request's route where no table says it; its `routes` and `bases` then count for nothing. */
  readonly findRoute?: FindRoute;
  /** Whether a request is this door's though its address is another's too: by its method, path and query. */
  readonly claims?: (knock: Knock) => boolean;
};

/** All doors. The first one answers what is nobody's: what came before there was a path, and paths that no door has. */
export type Doors = readonly [Door, ...Door[]];

/** What is read of a request to see which door it is for. Headers by their lower-case names. */
export type Knock = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly hasHeader: (name: string) => boolean;
};

const beginsWith = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/' || prefix.endsWith('/'));

/** The headers that tell whose caller it is, where a door shares this address with others. */
const tellingHeaders = ({ shares = [] }: Door, path: string): readonly string[] =>
  shares.filter(({ prefix }) => beginsWith(path, prefix)).map(({ header }) => header);

/** The door with the longest prefix that fits; the first of all where none does. */
const doorWithPrefix = <A extends Door>(doors: readonly [A, ...A[]], plain: string): A => {
  let [best] = doors;
  let fit = -1;
  for (const door of doors)
    for (const prefix of door.prefixes)
      if (prefix.length > fit && beginsWith(plain, prefix)) {
        best = door;
        fit = prefix.length;
      }
  return best;
};

const decode = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** As a path is meant where doors are told apart: some of them take escapes, and slashes to spare. */
const plainPath = (path: string): string => {
  const decoded = path.includes('%') ? decode(path) : path;
  return decoded.includes('//') ? decoded.replace(/\/{2,}/g, '/') : decoded;
};

/** What an address tells: how it is meant, whose it is by that, and who shares it, each with a header that says so. */
type Told<A> = {
  readonly path: string;
  readonly door: A;
  readonly sharers: readonly { readonly door: A; readonly header: string }[];
};

const tellPath = <A extends Door>([first, ...others]: readonly [A, ...A[]], given: string): Told<A> => {
  const path = plainPath(given);
  const sharers = others.flatMap((door) => tellingHeaders(door, path).map((header) => ({ door, header })));
  return { path, door: doorWithPrefix([first, ...others], path), sharers };
};

/**
 * Tells the door that a request is for, known before any route: by the header where doors share an address, else by
 * prefix.
 */
export const doorChooser = <A extends Door>(doors: readonly [A, ...A[]]): ((knock: Knock) => A) => {
  const [first, ...others] = doors;
  const claimants = others.filter(({ claims }) => claims !== undefined);
  const told = perText((path) => tellPath(doors, path));
  return (knock) => {
    if (others.length === 0) return first;
    const { path, door, sharers } = told(knock.path);
    for (const sharer of sharers) if (knock.hasHeader(sharer.header)) return sharer.door;
    const plain = path === knock.path ? knock : { ...knock, path };
    for (const claimant of claimants) if (claimant.claims?.(plain) === true) return claimant;
    return door;
  };
};
