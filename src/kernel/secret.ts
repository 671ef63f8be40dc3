/** A string that must not be printed: it shows itself as `[secret]` wherever it is turned into text or JSON. */
export type Secret = {
  readonly reveal: () => string;
  readonly toString: () => string;
  readonly toJSON: () => string;
};

const hideValue = (): string => '[secret]';

/** Wraps a password or an API key; only `reveal()` gives it back. */
export const secret = (value: string): Secret => ({ reveal: () => value, toString: hideValue, toJSON: hideValue });
