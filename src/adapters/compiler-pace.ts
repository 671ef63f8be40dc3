/** How eager V8 is to compile. */
type Pace = 'young' | 'settled' | 'quiet';

/** V8's flags for each pace. All set the same ones, so that each pace is whole. */
export type Paces = Readonly<Record<Pace, readonly string[]>>;

/**
 * V8 up to Node 21 looks at a function each time that it has run through so many bytes of bytecode, and compiles it at
 * the look of the number told, and one more for so many bytes of its own; at the first one if it is as short as that.
 */
type Looks = { readonly bytes: number; readonly looks: number; readonly bytesPerLook: number; readonly short: number };

const byLooks = ({ bytes, looks, bytesPerLook, short }: Looks): readonly string[] => [
  `--interrupt-budget=${bytes}`,
  `--ticks-before-optimization=${looks}`,
  `--bytecode-size-allowance-per-tick=${bytesPerLook}`,
  `--max-bytecode-size-for-early-opt=${short}`,
];

/** Bytes of what a function calls that are compiled into it. */
const mostInlined = '--max-inlined-bytecode-size-cumulative=200';

/**
 * What is left of a function's bytes stays when the pace changes, so a settled service, which may fall quiet, has few
 * of them and many looks. By itself V8 is in between: 67,584 bytes, 3 looks, 150 bytes more a look, 81 is short.
 */
const pacesByLooks: Paces = {
  young: [mostInlined, ...byLooks({ bytes: 30_000, looks: 3, bytesPerLook: 150, short: 81 })],
  settled: [mostInlined, ...byLooks({ bytes: 10_000, looks: 28, bytesPerLook: 16, short: 11 })],
  quiet: [mostInlined, ...byLooks({ bytes: 2000, looks: 2, bytesPerLook: 300, short: 81 })],
};

/** V8 from Node 22 on: calls of a function, and since something new was seen in it. */
const byCalls = ['--invocation-count-for-turbofan=1200', '--minimum-invocations-after-ic-update=200'];

const pacesByCalls: Paces = { young: byCalls, settled: byCalls, quiet: byCalls };

/** By the first number of V8's version. A V8 that doesn't know a flag says so on stderr, so others are left alone. */
const pacesByVersion: ReadonlyMap<string, Paces> = new Map([
  ['11', pacesByLooks],
  ['12', pacesByCalls],
  ['13', pacesByCalls],
  ['14', pacesByCalls],
]);

/** V8's flags for this version of it, such as `11.3.244.8-node.33`; undefined for one that nobody has tried. */
export const compilerPaces = (version: string): Paces | undefined => pacesByVersion.get(version.split('.')[0] ?? '');

/** Requests beside others, by which what most of them run has been compiled; health checks come alone and age nothing. */
const youngRequests = 17_000;

/** It is quiet from a lead of so much on, until there is none. */
const quietLead = 16;

/** A request that begins beside others takes so much of the lead; one that begins alone adds 1. */
const takenByCompany = 4;

/** Requests beside others so far, and by how much those that began alone lead among the last ones. */
type Seen = { requests: number; lead: number; isQuiet: boolean };

const note = (seen: Seen, atWork: number): Pace => {
  if (atWork > 1) seen.requests += 1;
  seen.lead = atWork <= 1 ? Math.min(seen.lead + 1, quietLead) : Math.max(seen.lead - takenByCompany, 0);
  seen.isQuiet = seen.isQuiet ? seen.lead > 0 : seen.lead === quietLead;
  if (seen.isQuiet) return 'quiet';
  return seen.requests <= youngRequests ? 'young' : 'settled';
};

/**
 * Has V8 compile what runs often soon, where that is worth its time. A request goes through hundreds of short
 * functions, so most of what a young process costs is code that is not compiled yet: while one request comes after the
 * other there is a core that has nothing else to do; a busy service whose usual code is compiled has none, and what it
 * then compiles is what few requests run. To be told of each request that begins how many are at work with it: not
 * before the first one, since to compile what a start runs often takes 5 MB, and nothing is won by it.
 */
export const compilerPace = (version: string, setFlag: (flag: string) => void): ((atWork: number) => void) => {
  const paces = compilerPaces(version);
  if (paces === undefined) return () => undefined;
  const seen: Seen = { requests: 0, lead: 0, isQuiet: false };
  let current: readonly string[] = [];
  return (atWork) => {
    const flags = paces[note(seen, atWork)];
    if (flags === current) return;
    current = flags;
    for (const flag of flags) setFlag(flag);
  };
};
