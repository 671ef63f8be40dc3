import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { BucketStore, NamedImage, StoreFault } from '../../../src/adapters/images/image-store.ts';
import type { Answer, BucketServer, Mishap } from '../buckets/bucket-server.ts';

/** How a contract's store differs from the right one. */
export type Changes = { readonly id?: string; readonly key?: string; readonly domain?: string; readonly isMissing?: boolean };

/** One vendor: its fake, a store that speaks to it, its errors with the words that they must become. */
export type BucketVendor<S extends BucketServer> = {
  readonly start: () => Promise<S>;
  readonly store: (server: S, changes?: Changes) => BucketStore;
  readonly packageName: string;
  readonly secrets: readonly string[];
  readonly error: (status: number, code: string, message?: string) => Answer;
  readonly refusals: readonly (readonly [status: number, code: string, words: RegExp])[];
};

const never = new AbortController().signal;
const domain = 'https://pictures.example.com';

const picture = (size = 3000, name = 'a1b2.png'): NamedImage => ({ name, mimeType: 'image/png', bytes: randomBytes(size), signature: null, address: '192.0.2.1' });

const megabytes = (count: number): number => count * 1024 * 1024;

const faultOf = (result: E.Either<StoreFault, string>): string => (E.isLeft(result) ? result.left.reason : `kept as ${result.right}`);

const page = (status: number, text: string, type = 'text/html'): Answer => ({ status, headers: { 'content-type': type }, text });

/** Answers that no vendor gives, but proxies and other services do. */
const oddAnswers: readonly (readonly [string, Mishap])[] = [
  ['an empty 200', { kind: 'answer', answer: page(200, '') }],
  ['a 200 of a login page', { kind: 'answer', answer: page(200, '<!DOCTYPE html><html><body>Sign in</body></html>') }],
  ['a 200 of cut-off JSON', { kind: 'answer', answer: page(200, '{"hash":', 'application/json') }],
  ['a 200 of JSON that is a list', { kind: 'answer', answer: page(200, '[]', 'application/json') }],
  ['a 200 of JSON without what matters', { kind: 'answer', answer: page(200, '{"key":null}', 'application/json') }],
  ['a 200 of plain text', { kind: 'answer', answer: page(200, 'ok', 'text/plain') }],
  ['a 204', { kind: 'answer', answer: { status: 204, headers: {}, text: '' } }],
  ['a redirect', { kind: 'answer', answer: { status: 302, headers: { location: 'http://127.0.0.1:9/' }, text: '' } }],
  ['a 502 of a page that is cut off', { kind: 'answer', answer: page(502, '<html><!-- nginx') }],
  ['a 502 of text where a record is looked for', { kind: 'answer', answer: page(502, '{"error"', 'application/json') }],
  ['a 500 without a body', { kind: 'answer', answer: page(500, '') }],
  ['something that is no HTTP', { kind: 'babble' }],
];

type Run<S extends BucketServer> = (t: Test, server: S) => Promise<void>;

type Promised<S extends BucketServer> = (name: string, run: Run<S>) => void;

/** One sentence of the contract: it has a server of its own, and nothing may be printed. */
const promised =
  <S extends BucketServer>(vendor: BucketVendor<S>): Promised<S> =>
  (name, run) =>
    void t.test(name, async (t) => {
      const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) => t.capture(console, method));
      const server = await vendor.start();
      t.teardown(() => server.close());
      await run(t, server);
      await server.close();
      for (let turn = 0; turn < 5; turn += 1) await turnOfTheLoop();
      t.same(printed.flatMap((calls) => calls()), [], 'nothing is printed');
    });

const keeps = <S extends BucketServer>({ store }: BucketVendor<S>, promise: Promised<S>): void => {
  promise('a picture is kept with its bytes, type and address, in one upload', async (t, server) => {
    const image = picture();
    t.same(await store(server).put(image, never)(), E.right(`${domain}/a1b2.png`));
    t.equal(server.stored.get('a1b2.png')?.type, 'image/png');
    t.ok(server.stored.get('a1b2.png')?.bytes.equals(image.bytes));
    t.equal(server.uploads(), 1);
  });

  promise('a view into a larger buffer is kept without its surroundings, and an empty one too', async (t, server) => {
    const bytes = randomBytes(300).subarray(100, 200);
    await store(server).put({ ...picture(), bytes }, never)();
    t.ok(server.stored.get('a1b2.png')?.bytes.equals(bytes));
    await store(server).put({ ...picture(0), name: 'empty.png' }, never)();
    t.equal(server.stored.get('empty.png')?.bytes.length, 0);
  });

  promise('the address is that of the domain, with its path, and the name is encoded', async (t, server) => {
    const path = 'https://cdn.example.com:8443/%E5%9B%BE%20a/b+c';
    const name = "图 a+b&c=d!'(1)*~.png";
    t.same(await store(server, { domain: path }).put(picture(10, name), never)(), E.right(`${path}/${encodeURIComponent(name)}`));
    t.same([...server.stored.keys()], [name], 'the name that is kept is not encoded');
  });

  promise('a type that would break the message it travels in adds nothing to it', async (t, server) => {
    await store(server).put({ ...picture(), mimeType: 'image/png\r\nx-injected: yes' }, never)();
    t.notMatch(server.stored.get('a1b2.png')?.type ?? '', /[\r\n]/);
    t.ok(E.isRight(await store(server).put(picture(), never)()));
  });

  promise('the same name is kept again', async (t, server) => {
    await store(server).put(picture(), never)();
    const image = picture();
    t.ok(E.isRight(await store(server).put(image, never)()));
    t.ok(server.stored.get('a1b2.png')?.bytes.equals(image.bytes));
  });
};

const refuses = <S extends BucketServer>(vendor: BucketVendor<S>, promise: Promised<S>): void => {
  const { store, error } = vendor;

  promise('wrong credentials are a fault that says which', async (t, server) => {
    t.match(faultOf(await store(server, { key: 'test-wrong-key' }).put(picture(), never)()), /secret key/);
    t.match(faultOf(await store(server, { id: 'test-wrong-id' }).put(picture(), never)()), /access key|secret id/);
    t.equal(server.stored.size, 0);
  });

  promise("the vendor's refusals become plain words, after one upload each", async (t, server) => {
    for (const [index, [status, code, words]] of vendor.refusals.entries()) {
      server.befall({ kind: 'answer', answer: error(status, code) });
      t.match(faultOf(await store(server).put(picture(), never)()), words, `${status} ${code}`);
      t.equal(server.uploads(), index + 1);
    }
  });

  promise('a refusal that repeats secrets, or hides them in its code, is told without them', async (t, server) => {
    for (const secret of vendor.secrets) {
      server.befall({ kind: 'answer', answer: error(403, secret, `bad credentials ${vendor.secrets.join(' ')}`) });
      const reason = faultOf(await store(server).put(picture(), never)());
      for (const other of vendor.secrets) t.notMatch(reason, other);
      t.match(reason, /403/);
    }
  });
};

const meetsFaults = <S extends BucketServer>({ store, error, packageName }: BucketVendor<S>, promise: Promised<S>): void => {
  promise('odd answers are faults, and the next picture is kept', async (t, server) => {
    for (const [name, mishap] of oddAnswers) {
      server.befall(mishap);
      t.ok(E.isLeft(await store(server).put(picture(), never)()), name);
    }
    t.equal(server.uploads(), oddAnswers.length);
    t.ok(E.isRight(await store(server).put(picture(), never)()));
  });

  promise('a reset connection is a fault after one upload', async (t, server) => {
    server.befall({ kind: 'reset' });
    t.match(faultOf(await store(server).put(picture(megabytes(1)), never)()), /connection .* failed \((ECONNRESET|EPIPE)\)/);
    t.equal(server.uploads(), 1);
  });

  promise('an answer in the middle of a large upload is heard', async (t, server) => {
    server.befall({ kind: 'early answer', answer: error(403, 'AccessDenied') });
    t.match(faultOf(await store(server).put(picture(megabytes(8)), never)()), /403|connection/);
  });

  promise('a service that is not there is a fault', async (t, server) => {
    await server.close();
    t.match(faultOf(await store(server).put(picture(), never)()), /connection .* failed \(ECONNREFUSED\)/);
  });

  promise('a package that is not installed is a fault that says to install it', async (t, server) => {
    const reason = faultOf(await store(server, { isMissing: true }).put(picture(), never)());
    t.match(reason, packageName);
    t.match(reason, /npm install/);
    t.equal(server.uploads(), 0);
  });
};

const ends = <S extends BucketServer>({ store }: BucketVendor<S>, promise: Promised<S>): void => {
  const silence = (): Mishap => ({ kind: 'silence' });
  const stall = ({ signal }: AbortController): Mishap => ({ kind: 'stall', until: once(signal, 'abort') });
  for (const mishap of [silence, stall]) {
    promise(`an upload that meets ${mishap.name} ends with the signal, and so does its connection`, async (t, server) => {
      const control = new AbortController();
      server.befall(mishap(control));
      const result = store(server).put(picture(megabytes(20)), control.signal)();
      await server.arrived();
      control.abort();
      t.match(faultOf(await result), /in time/);
      await server.dropped();
      t.equal(server.stored.size, 0);
    });
  }

  promise('ending one upload leaves the others alone', async (t, server) => {
    const control = new AbortController();
    const shared = store(server);
    server.befall({ kind: 'silence' });
    const ended = shared.put(picture(10, 'ended.png'), control.signal)();
    await server.arrived();
    server.befall({ kind: 'slow reading', pauseMs: 1 });
    const others = [1, 2, 3, 4, 5].map(async (index) => shared.put(picture(megabytes(2), `${index}.png`), never)());
    control.abort();
    t.ok(E.isLeft(await ended));
    t.same((await Promise.all(others)).map(E.isRight), [true, true, true, true, true]);
  });

  promise('after the signal nothing is sent', async (t, server) => {
    t.match(faultOf(await store(server).put(picture(), AbortSignal.abort())()), /in time/);
    t.equal(server.uploads(), 0);
  });

  promise('other work goes on during a large upload to a slow service', async (t, server) => {
    server.befall({ kind: 'slow reading', pauseMs: 2 });
    const started = performance.now();
    const ticks = [started];
    const timer = setInterval(() => ticks.push(performance.now()), 5);
    t.ok(E.isRight(await store(server).put(picture(megabytes(20)), never)()));
    clearInterval(timer);
    ticks.push(performance.now());
    const longest = Math.max(...ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick)));
    t.ok(ticks.length > 20, 'the timer ran many times');
    t.ok(longest < (performance.now() - started) / 2, 'no gap was as long as half the upload');
  });
};

/** What every bucket store promises, whoever the vendor is. */
export const bucketStoreContract = <S extends BucketServer>(vendor: BucketVendor<S>): void => {
  const promise = promised(vendor);
  for (const part of [keeps<S>, refuses<S>, meetsFaults<S>, ends<S>]) part(vendor, promise);
};

/** What a load of a package that is not there rejects with. */
export const missingPackage = (packageName: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error(`Cannot find package '${packageName}'`), { code: 'ERR_MODULE_NOT_FOUND' }));

/** The domain of the contract's stores. */
export const contractDomain = domain;
