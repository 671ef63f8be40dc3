import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once, setMaxListeners } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { callerLookup } from '../../../src/adapters/guarded-fetch/caller-lookup.ts';
import { openDirectly } from '../../../src/adapters/guarded-fetch/guarded-connect.ts';
import { addressesInHosts } from '../../../src/adapters/guarded-fetch/hosts-file.ts';
import { begun, noHost, path, settings, stays } from '../../support/fetching.ts';
import { project } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/service-process.ts';
import { eventually } from '../../support/serving.ts';

type NameServer = { readonly servers: readonly string[]; readonly asked: readonly string[] };

/** The name and the type that a query asks for (RFC 1035 §4.1). */
const questionOf = (query: Buffer): { readonly name: string; readonly type: number; readonly end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
};

const answerTo = (query: Buffer, addresses: readonly Buffer[]): Buffer => {
  const { type, end } = questionOf(query);
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) => Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length]), address]));
  return Buffer.concat([head, ...records]);
};

/** A name server on 127.0.0.1 that says what `answer` says, or nothing at all. */
const nameServer = async (t: Test, answer: (name: string, type: number) => readonly Buffer[] | null): Promise<NameServer> => {
  const asked: string[] = [];
  const socket: Socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type } = questionOf(query);
    asked.push(`${name} ${type === 28 ? 'AAAA' : 'A'}`);
    const addresses = answer(name, type);
    if (addresses !== null) socket.send(answerTo(query, addresses), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { servers: [`127.0.0.1:${socket.address().port}`], asked };
};

const v4 = Buffer.from([93, 184, 215, 14]);
const v6 = Buffer.from('26062800021f00000000000000000001', 'hex');

t.test('names are asked of the name server, both families, in any case of letters', async (t) => {
  const { servers, asked } = await nameServer(t, (name, type) => (name === 'a.example' ? [type === 28 ? v6 : v4] : []));
  const find = callerLookup({ allowPrivate: false, servers });
  t.same(await find('A.example', stays.signal), [{ address: '93.184.215.14', family: 4 }, { address: '2606:2800:21f::1', family: 6 }]);
  t.same([...new Set(asked)].toSorted(), ['a.example A', 'a.example AAAA']);
  t.same(await find('unknown.example', stays.signal), []);
});

t.test('an answer for one family does not wait for long for the other', async (t) => {
  const { servers } = await nameServer(t, (_name, type) => (type === 28 ? null : [v4]));
  t.same(await callerLookup({ allowPrivate: false, servers, timeoutMs: 60_000 })('a.example', stays.signal), [{ address: '93.184.215.14', family: 4 }]);
});

t.test('the hosts file and localhost count only where private addresses are allowed', async (t) => {
  const hostsFile = join(temporaryFolder(t), 'hosts');
  writeFileSync(hostsFile, '# names\n10.0.0.7\tNas nas.lan # the box\n::1 box\nnonsense nas\n');
  const { servers, asked } = await nameServer(t, () => []);
  const near = callerLookup({ allowPrivate: true, servers, hostsFile });
  t.same(await near('NAS', stays.signal), [{ address: '10.0.0.7', family: 4 }]);
  t.same(await near('localhost', stays.signal), [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]);
  t.same(asked, [], 'and nobody is asked for them');
  const far = callerLookup({ allowPrivate: false, servers, hostsFile });
  t.same(await far('nas.lan', stays.signal), []);
  t.ok(asked.includes('nas.lan A'), 'a name is a name of the internet then');
  t.same(await far('localhost', stays.signal), []);
  t.notOk(asked.some((question) => question.startsWith('localhost')));
  t.same(addressesInHosts(`10.0.0.1 a\n${' '.repeat(1_100_000)}10.0.0.2 a`, 'a'), [{ address: '10.0.0.1', family: 4 }], 'however long');
});

t.test('a mute name server holds up nobody else: not the system\'s lookups, and a fetch no longer than its time', async (t) => {
  const { servers, asked } = await nameServer(t, () => null);
  const lookupOfCallers = callerLookup({ allowPrivate: false, servers, timeoutMs: 60_000 });
  const left = new AbortController();
  setMaxListeners(0, left.signal);
  const waiting = Array.from({ length: 64 }, (_, at) => lookupOfCallers(`mute-${at}.example`, left.signal));
  await eventually(() => asked.length >= 64);
  t.ok((await lookup('localhost')).address !== '', "the threads of the system's resolver are free");
  const { fetchMedia } = begun(t, { ...settings, timeoutMs: 100 }, { lookup: lookupOfCallers, openSocket: openDirectly });
  t.match(await fetchMedia('http://mute.example/a.png', path, stays)(), { left: { message: /took longer than 0.1 s/ } });
  left.abort();
  t.same(await Promise.all(waiting), waiting.map(() => []), 'they end with their fetch');
  t.same(await callerLookup({ allowPrivate: false, servers, timeoutMs: 50 })('mute.example', stays.signal), [], 'or by their own time');
  const short = callerLookup({ allowPrivate: false, servers, timeoutMs: 50 });
  t.same(await begun(t, settings, { lookup: short, openSocket: openDirectly }).fetchMedia('http://mute.example/', path, stays)(), noHost);
});

t.test('only so many run at once; the others stand in line, and leave it with their fetch', async (t) => {
  const { servers, asked } = await nameServer(t, () => null);
  const find = callerLookup({ allowPrivate: false, servers, most: 2, timeoutMs: 60_000 });
  const [running, standing] = [new AbortController(), new AbortController()];
  const first = [find('one.example', running.signal), find('two.example', running.signal)];
  await eventually(() => new Set(asked).size === 4);
  const third = find('three.example', standing.signal);
  standing.abort();
  await t.rejects(third);
  const last = new AbortController();
  const fourth = find('four.example', last.signal);
  running.abort();
  t.same(await Promise.all(first), [[], []]);
  await eventually(() => asked.includes('four.example A'));
  t.notOk(asked.some((question) => question.startsWith('three')));
  last.abort();
  t.same(await fourth, []);
});

t.test('nothing that callers name is looked up by the system\'s threads', (t) => {
  const folder = join(project, 'src', 'adapters', 'guarded-fetch');
  for (const file of readdirSync(folder)) t.notMatch(readFileSync(join(folder, file), 'utf8'), /import \{[^}]*\blookup\b[^}]*\} from 'node:dns/, file);
  t.end();
});
