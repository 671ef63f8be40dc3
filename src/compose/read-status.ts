import type { Limiter } from '../adapters/limits/limiter.ts';
import type { KeyPool } from '../adapters/keys/key-pool.ts';
import type { ModelCatalogue } from '../adapters/models/model-catalogue.ts';
import { monotonic, now } from '../adapters/system.ts';
import { isWritableFolder } from '../adapters/state/writable-folder.ts';
import type { Config } from '../config.ts';
import { settings } from '../config/settings.ts';
import { listedModels } from '../openai/models/list.ts';
import type { FirstSeen } from '../ports/capabilities.ts';
import type { Notice, PublicStatus, ReadStatus } from '../ports/status.ts';

/** The parts that know how things stand. */
export type StatusSources = {
  readonly pool: KeyPool;
  readonly catalogue: ModelCatalogue;
  readonly firstSeen: FirstSeen;
  readonly use: Limiter['use'];
  readonly notices: () => readonly Notice[];
};

/** What Claude's names stand for, each behind its pattern. */
const claudeNames = ({ translation: { claudeModels } }: Config): readonly string[] =>
  [...claudeModels].map(([name, model]) => `${name} → ${model}`);

/** What the status page shows, read from the parts that know it. */
export const readStatus = (config: Config, { pool, catalogue, firstSeen, use, notices }: StatusSources): ReadStatus => {
  const startedAt = new Date(now()).toISOString();
  const startedMonotonic = monotonic();
  const forAnybody = (): PublicStatus => ({
    version: config.version,
    keyCount: config.keys.keys.length,
    modelCount: catalogue.known()?.length ?? null,
    limits: config.limits,
    defaultPassword: config.callers.password.reveal() === settings.PASSWORD.default,
  });
  return {
    forAnybody,
    forOwner: async (address) => {
      const listed = listedModels(await catalogue.listModels(), { ...config.translation, firstSeen });
      const { strategy, keys } = pool.describe();
      const writable = isWritableFolder(config.dataFolder);
      return {
        ...forAnybody(),
        startedAt,
        uptimeSeconds: Math.floor((monotonic() - startedMonotonic) / 1000),
        keyStrategy: strategy,
        keys,
        models: [...listed.map(({ id }) => id), ...claudeNames(config)],
        use: use(address),
        trustProxyHops: config.server.trustProxyHops,
        data: {
          folder: config.dataFolder,
          writable,
          problem: writable ? null : 'The folder cannot be written to: a restart forgets key states and counts.',
        },
        notices: [...config.warnings.map((text): Notice => ({ level: 'warn', text })), ...notices()],
      };
    },
  };
};
