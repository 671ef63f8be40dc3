import { breathe } from '../../kernel/breathe.ts';
import { E, type TE } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { FindThings, Lease } from '../../ports/capabilities.ts';
import { collectBytes } from './collect-bytes.ts';
import { joinHomes, type FoundHome } from './join-homes.ts';
import { heldBytes, type Passing, type PassNeeds } from './passing.ts';

/** Work of a few milliseconds; names are shorter than what the pieces share. */
const pieceBytes = 256 * 1024;
const sharedBytes = 1024;

/** Names of bound things in a body, looked for in pieces between which others are served. */
const namesInBody = async (passing: Passing): Promise<readonly string[]> => {
  const body = heldBytes(passing);
  if (body === null) return [];
  const names = new Set<string>();
  for (let at = 0; at < body.length; at += pieceBytes) {
    if (at > 0) await breathe();
    for (const name of passing.dialect.namesIn(body.subarray(at, at + pieceBytes + sharedBytes))) names.add(name);
  }
  return [...names];
};

/** Asked at most, one after the other, where a thing is looked for. */
const mostHomes = 16;

type Probe = { readonly path: string; readonly lease: Lease };
type Verdict = 'there' | 'not there' | 'unknown';

/** What looking for a thing needs from the world, and of the exchange. */
export type Looking = Pick<PassNeeds, 'passCall' | 'leaseKey' | 'names' | 'homes'>;
type Asking = Parameters<FindThings>[1];

const hasThing = async (needs: Looking, { signal, memory }: Asking, { path, lease }: Probe): Promise<Verdict> => {
  const answered = await needs.passCall({
    method: 'GET',
    path,
    headers: ['user-agent', 'Pollux', 'accept-encoding', 'identity'],
    body: null,
    secret: lease.secret,
    isOnce: false,
    signal,
  })();
  if (E.isLeft(answered)) return 'unknown';
  const { status, body } = answered.right;
  await collectBytes(body, memory);
  if (status === 200) return 'there';
  return status === 403 || status === 404 ? 'not there' : 'unknown';
};

const wish = { model: '/things', size: 0, tried: new Set<string>(), preferred: null, conversation: null };

/**
 * Looks for a thing key by key; null where nobody has it. That is remembered for a minute, since clients ask for names
 * before they make them.
 */
const probeHome = async (
  needs: Looking,
  asking: Asking,
  thing: { readonly name: string; readonly path: string },
): Promise<string | null> => {
  const { names, homes } = needs;
  if (names.isMissing(thing.name)) return null;
  let isSure = true;
  for (const home of homes.all().slice(0, mostHomes)) {
    if (asking.signal.aborted) return null;
    const leased = needs.leaseKey({ ...wish, home });
    const { path } = thing;
    const found = E.isLeft(leased) ? 'unknown' : await hasThing(needs, asking, { path, lease: leased.right });
    if (found === 'there') {
      names.remember([thing.name], home, asking.address);
      return home;
    }
    isSure &&= found === 'not there';
  }
  if (isSure) names.noteMissing(thing.name);
  return null;
};

const anybody: E.Either<ProxyError, FoundHome> = E.right({ home: null, unknown: [] });

const askingOf = ({ received: { signal, held, caller } }: Passing): Asking => ({
  signal,
  memory: held.answer,
  address: caller.address,
});

/**
 * Whose keys a request needs, by what its path and its body name; known at once where nothing is named. A thing in the
 * path that nobody knows is looked for; names in a body may be prose, and are looked for only when Google lacks
 * something (`findLacking`).
 */
export const findHome = (needs: PassNeeds, passing: Passing): ReturnType<TE.TaskEither<ProxyError, FoundHome>> =>
  passing.plan.name === null && needs.names.isEmpty() ? anybody : findNamed(needs, passing);

const findNamed = async (needs: PassNeeds, passing: Passing): Promise<E.Either<ProxyError, FoundHome>> => {
  const { name, namePath } = passing.plan;
  const inBody = needs.names.isEmpty() ? [] : await namesInBody(passing);
  const mayProbe = name !== null && namePath !== null && needs.homes.all().length > 1;
  if (mayProbe && needs.names.homeOf(name) === null)
    await probeHome(needs, askingOf(passing), { name, path: namePath });
  return joinHomes(needs, [...(name === null ? [] : [name]), ...inBody]);
};

/** Questions that one request may cost where it names what nobody knows, over all names and projects. */
const mostProbes = 32;

/** Where one asks for a name that a body holds; ids of interactions are any text, and no step or query of an address. */
const pathOf = (name: string): string => {
  const [folder = '', ...id] = name.split('/');
  return `/v1beta/${folder}/${encodeURIComponent(id.join('/'))}`;
};

const isNoStep = (name: string): boolean => !/\/\.{1,2}$/.test(name);

/** Looks for those names that nobody knows. */
export const findThings =
  (needs: Looking): FindThings =>
  async (names, asking) => {
    const projects = Math.min(needs.homes.all().length, mostHomes);
    const unknown = projects < 2 ? [] : names.filter((name) => isNoStep(name) && needs.names.homeOf(name) === null);
    let isFound = false;
    for (const name of unknown.slice(0, Math.floor(mostProbes / projects))) {
      const home = await probeHome(needs, asking, { name, path: pathOf(name) });
      isFound ||= home !== null;
    }
    return isFound;
  };

/** Once Google has said that something is lacking: the home of what a body names and nobody knew. Null: as before. */
export const findLacking = async (needs: PassNeeds, passing: Passing): Promise<E.Either<ProxyError, string | null>> => {
  if (needs.homes.all().length < 2) return E.right(null);
  const all = await namesInBody(passing);
  if (!(await findThings(needs)(all, askingOf(passing)))) return E.right(null);
  const joint = joinHomes(needs, all);
  return E.isLeft(joint) ? joint : E.right(joint.right.home);
};
