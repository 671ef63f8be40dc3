import { E } from '../../src/kernel/fp.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { throwSchemaFaults } from './schema-watch.ts';

/** A whole service on a free port of this machine, in this process. */
export type TestService = {
  readonly url: string;
  readonly password: string;
  /** Every line it logged. */
  readonly log: readonly string[];
  readonly close: () => Promise<void>;
};

/** A key that nobody has. */
export const testKey = 'AIza-test-key-number-one';

const password = 'a-password-for-tests';

const base = {
  GEMINI_API_KEYS: testKey,
  PASSWORD: password,
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: '/dev/null/nowhere',
  LOG_LEVEL: 'debug',
};

/**
 * Starts the service with these settings over the tests' own; nothing of the real environment gets in. Where the
 * published schemas are there, `close` throws when an answer or a call to Gemini was against one.
 */
export const startService = async (settings: Readonly<Record<string, string>> = {}): Promise<TestService> => {
  const config = readConfig({ ...base, ...settings }, { packageVersion: '0.0.0-test', isWritable: () => false, memory: { machine: 4 * 1024 ** 3, container: null } });
  if (E.isLeft(config)) throw new Error(config.left.join('; '));
  const log: string[] = [];
  const service = compose(config.right, {
    write: (line) => log.push(typeof line === 'string' ? line : line()),
    noteAtWork: () => undefined,
  });
  const url = await service.start();
  if (E.isLeft(url)) throw new Error(url.left);
  return { url: url.right, password: settings['PASSWORD'] ?? password, log, close: () => service.stop(1000).then(throwSchemaFaults) };
};
