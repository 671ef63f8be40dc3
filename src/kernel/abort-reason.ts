import type { ProxyError } from './proxy-error.ts';
import type { Signal } from './signal.ts';

const isProxyError = (reason: unknown): reason is ProxyError =>
  typeof reason === 'object' && reason !== null && 'tag' in reason && typeof reason.tag === 'string';

/** Why an exchange was aborted: its signal's reason is the ProxyError itself, ClientGone or ShuttingDown. */
export const abortReason = (signal: Signal): ProxyError =>
  isProxyError(signal.reason) ? signal.reason : { tag: 'ClientGone' };
