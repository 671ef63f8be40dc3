import type { Config } from '../config.ts';
import type { Handler } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import { onFirstUse } from './on-first-use.ts';

/** Makes the handler of an endpoint that generates, of its dialect, once a request comes for it. */
export const serveOnFirstUse =
  ({ translation }: Pick<Config, 'translation'>, capabilities: Capabilities) =>
  <Request>(load: () => Promise<Dialect<Request>>): Handler =>
    onFirstUse(async () => {
      const [{ serve }, dialect] = await Promise.all([import('../pipeline/serve.ts'), load()]);
      return serve(capabilities, dialect, translation);
    });
