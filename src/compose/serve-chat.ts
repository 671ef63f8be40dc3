import type { Config } from '../config.ts';
import type { Handler } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Rehearsed } from './rehearsal/rehearse.ts';
import { serveOnFirstUse } from './serve-on-first-use.ts';

/** What serving chat needs; it is rehearsed before its first request where `learnAtOnce` is given. */
export type ChatNeeds = {
  readonly capabilities: Capabilities;
  readonly door: Rehearsed['door'];
  readonly learnAtOnce: Rehearsed['learnAtOnce'] | undefined;
};

/** POST /chat/completions. */
export const serveChat = (config: Config, { capabilities, door, learnAtOnce }: ChatNeeds): Handler =>
  serveOnFirstUse(config, capabilities)(
    async () => (await import('../openai/chat/dialect.ts')).chatDialect(config.translation),
    async (serve) => {
      if (learnAtOnce === undefined) return;
      const { rehearse } = await import('./rehearsal/rehearse.ts');
      await rehearse({ serve, capabilities, door, learnAtOnce });
    },
  );
