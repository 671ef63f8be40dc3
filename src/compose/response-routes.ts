import type { Config } from '../config.ts';
import type { Route } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { ResponseStore } from '../ports/response-store.ts';
import { serveOnFirstUse } from './serve-on-first-use.ts';

/** OpenAI's Responses API, and what is kept for it. */
export const responseRoutes = (
  config: Config,
  { capabilities, responses }: { readonly capabilities: Capabilities; readonly responses: ResponseStore },
): readonly Route[] => {
  const respond = serveOnFirstUse(config, capabilities)(async () =>
    (await import('../openai/responses/dialect.ts')).responsesDialect(config.translation, responses),
  );
  return [{ method: 'POST', pattern: '/responses', handle: respond }];
};
