import { E, TE } from '../../kernel/fp.ts';
import { secret } from '../../kernel/secret.ts';
import { signalSource } from '../../kernel/signal.ts';
import { dataUrl } from '../../adapters/images/image-keeper.ts';
import { newRequestId, now, wait } from '../../adapters/system.ts';
import type { Door } from '../../http/door.ts';
import { openDoors } from '../../http/router.ts';
import type { ExchangeNeeds } from '../../http/start-exchange.ts';
import type { Capabilities, OpenGemini } from '../../ports/capabilities.ts';

const ignore = (): void => undefined;
const lease = { number: 1, id: 'rehearsal', secret: secret('rehearsal') };
const gone = TE.left({ tag: 'ClientGone' } as const);
const mebibyte = 1024 ** 2;

/** The service's own capabilities, but that nobody is asked but `openGemini`, and nothing is counted, kept or told. */
export const quietCapabilities = (own: Capabilities, openGemini: OpenGemini): Capabilities => ({
  ...own,
  checkCaller: () => E.right(undefined),
  takePermit: () => E.right(null),
  findThings: () => Promise.resolve(false),
  leaseKey: () => E.right(lease),
  reportKey: ignore,
  enterModel: () => E.right({ isTrial: false, leave: () => null }),
  openGemini,
  askGemini: () => gone,
  listModels: () => Promise.resolve([]),
  keepImage: (image) => Promise.resolve(dataUrl(image)),
  fetchMedia: () => gone,
  findEncoder: () => Promise.resolve(null),
  rememberSignature: ignore,
  log: ignore,
});

/** What answering needs of a server, likewise: whatever comes is for the one door. */
export const quietServer = (door: Door): ExchangeNeeds => {
  const [open] = openDoors([door], '*');
  const { signal: stopping } = signalSource();
  return {
    site: {
      doors: [door],
      log: ignore,
      countRequest: ignore,
      groupAddress: (address) => address,
      now,
      wait,
      newRequestId,
    },
    settings: {
      host: '127.0.0.1',
      port: 0,
      headersTimeoutMs: 1000,
      requestTimeoutMs: 1000,
      mostBodyBytes: mebibyte,
      memoryBudgetBytes: 64 * mebibyte,
      mostExchanges: 8,
      trustProxyHops: 0,
      corsOrigins: '*',
    },
    limits: { mostBytes: mebibyte, mostMemory: 64 * mebibyte, timeoutMs: 1000, wait, stopping },
    memory: {
      open: () => ({ take: () => null, giveBack: ignore, close: ignore }),
      largest: 64 * mebibyte,
      held: () => 0,
    },
    chooseDoor: () => open,
    isStopping: () => false,
  };
};
