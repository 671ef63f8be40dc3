import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Secret } from '../../kernel/secret.ts';

/** An error whose words don't hold the key that the call was made with: Google quotes it in some of its errors. */
export const withoutSecret =
  (secret: Secret) =>
  (error: ProxyError): ProxyError => {
    const value = secret.reveal();
    return 'message' in error && error.message?.includes(value) === true
      ? { ...error, message: error.message.replaceAll(value, '[key]') }
      : error;
  };
