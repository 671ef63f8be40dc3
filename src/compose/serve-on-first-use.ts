import type { Config } from '../config.ts';
import type { Handler } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import { onFirstUse } from './on-first-use.ts';

/** What is done before an endpoint's first request is served; `make` makes its handler, with whatever capabilities. */
export type BeforeFirst = (make: (capabilities: Capabilities) => Handler) => Promise<void>;

const nothing: BeforeFirst = () => Promise.resolve();

/** Makes the handler of an endpoint that generates, of its dialect, once a request comes for it. */
export const serveOnFirstUse =
  ({ translation }: Pick<Config, 'translation'>, capabilities: Capabilities) =>
  <Request>(load: () => Promise<Dialect<Request>>, beforeFirst: BeforeFirst = nothing): Handler =>
    onFirstUse(async () => {
      const [{ serve }, dialect] = await Promise.all([import('../pipeline/serve.ts'), load()]);
      const make = (world: Capabilities): Handler => serve(world, dialect, translation);
      await beforeFirst(make);
      return make(capabilities);
    });
