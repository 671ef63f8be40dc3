import { textOf } from '../../src/kernel/unread-text.ts';
import { E, TE } from '../../src/kernel/fp.ts';
import { thrown, type ProxyError } from '../../src/kernel/proxy-error.ts';
import { secret } from '../../src/kernel/secret.ts';
import type { Frame } from '../../src/gemini/response.ts';
import type { Portion } from '../../src/ports/memory.ts';
import type { Capabilities, FrameStream, Lease } from '../../src/ports/capabilities.ts';
import type { AccessFacts, Received } from '../../src/pipeline/exchange.ts';

/** Stands for what a test does not expect to be called. */
export const shouldNotBeCalled = (): never => {
  throw new Error('should not be called');
};

/** A lease of the key with this number. */
export const lease = (number: number): Lease => ({ number, id: `key-${number}`, secret: secret(`made-up-key-${number}`) });

/** Frames of an answer, each in a read of its own; an error in the list is thrown where it stands. */
export async function* framesOf(items: readonly (Frame | ProxyError)[]): FrameStream {
  for (const item of items) {
    if ('tag' in item) throw thrown(item);
    yield [item];
  }
}

/** A frame with one text, and a finish reason if given. */
export const textFrame = (text: string, finishReason?: string): Frame => ({
  candidates: [{ content: { parts: [{ text }] }, ...(finishReason === undefined ? {} : { finishReason }) }],
});

/** Capabilities with which everything goes well; a test overrides what it is about. */
export const happyCapabilities: Capabilities = {
  checkCaller: () => E.right(undefined),
  takePermit: () => E.right(null),
  homeOfThings: () => E.right(undefined),
  findThings: () => Promise.resolve(false),
  leaseKey: () => E.right(lease(1)),
  reportKey: () => undefined,
  enterModel: () => E.right({ isTrial: false, leave: () => null }),
  openGemini: () => TE.right(framesOf([textFrame('hello', 'STOP')])),
  askGemini: () => TE.right({}),
  listModels: () => Promise.resolve([]),
  keepImage: (image) => Promise.resolve(`data:${image.mimeType};base64,${textOf(image.data)}`),
  readImage: () => TE.right(null),
  imageSignature: () => Promise.resolve(null),
  fetchMedia: shouldNotBeCalled,
  findEncoder: () => Promise.resolve(null),
  recallSignatures: () => Promise.resolve(new Map()),
  rememberSignature: () => undefined,
  holdsAnswers: () => true,
  now: () => 1_000_000,
  wait: () => Promise.resolve(),
  random: () => 0.5,
  newId: () => 'id',
  log: () => undefined,
};

/** Memory without end. */
export const freely: Portion = { take: () => null, giveBack: () => undefined, letGo: () => undefined };

/** A received chat request with this body; `noted` gathers the facts of its access line. */
export const receivedWith = (body: unknown, over: Partial<Received> = {}): Received & { readonly noted: Partial<AccessFacts>[] } => {
  const noted: Partial<AccessFacts>[] = [];
  const { readBody = TE.right(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))) } = over;
  return {
    requestId: 'req-1',
    method: 'POST',
    path: '/v1/chat/completions',
    caller: { address: '127.0.0.1', credential: null, isFromOwnNetwork: () => true },
    readBody,
    readPieces: TE.map((bytes: Uint8Array) => [bytes])(readBody),
    streamBody: shouldNotBeCalled,
    held: { request: freely, answer: freely },
    mostSent: 96 * 1024 ** 2,
    contentType: 'application/json',
    origin: 'http://pollux.test',
    imageReplyFormat: null,
    signal: new AbortController().signal,
    note: (facts) => noted.push(facts),
    onEnd: () => undefined,
    ...over,
    noted,
  };
};
