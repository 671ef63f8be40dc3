import { createRequire } from 'node:module';

type Reader = (body: string) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReader = (value: unknown): value is Reader => typeof value === 'function';

/** The record in an answer, or an empty one. */
const tolerantReader =
  (read: Reader): Reader =>
  (body) => {
    try {
      const value = read(body);
      return isRecord(value) ? value : {};
    } catch {
      return {};
    }
  };

const mended: WeakSet<Reader> = new WeakSet();

/**
 * Makes the COS SDK outlive answers that are no XML. It reads them inside a socket's listener: a cut-off page of some
 * proxy, or a text where it looks for a record, throws there, and that ends the process (cos-nodejs-sdk-v5 3.0.0,
 * `parseResBody` in sdk/util.js).
 */
export const mendAnswerReader = (): void => {
  const inner: unknown = createRequire(import.meta.url)('cos-nodejs-sdk-v5/sdk/util.js');
  if (!isRecord(inner) || !isReader(inner['parseResBody']) || mended.has(inner['parseResBody'])) return;
  const reader = tolerantReader(inner['parseResBody']);
  mended.add(reader);
  inner['parseResBody'] = reader;
};
