import type { Handler } from '../http/route.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import { onFirstUse } from './on-first-use.ts';

/** What is not offered, and why, is told to who knows the password. */
export const refuseOnFirstUse =
  (capabilities: Capabilities) =>
  (load: () => Promise<ProxyError>): Handler =>
    onFirstUse(async () => {
      const [{ refuse }, error] = await Promise.all([import('../pipeline/refuse.ts'), load()]);
      return refuse(capabilities, error);
    });
