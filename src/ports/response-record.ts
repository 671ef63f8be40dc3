import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { WrittenText } from '../kernel/written-text.ts';
import type { ResponseRecord } from './response-store.ts';

/**
 * The parts of a record that are JSON already. Items of a long response stand in `output`, and its own is empty: long
 * lists that stand outermost are read in pieces.
 */
export type WrittenParts = Pick<ResponseRecord, 'id' | 'created' | 'previous'> & {
  readonly input: string;
  readonly output?: WrittenText | undefined;
  readonly response: WrittenText;
  readonly events: string;
};

/** A record as JSON. */
export const recordText = ({ id, created, previous, input, output, response, events }: WrittenParts): WrittenText => [
  `{"id":"${id}","created":${created},"previous":${previous === null ? 'null' : JSON.stringify(previous)},` +
    `"input":${input},"events":${events},${output === undefined ? '"response":' : '"output":'}`,
  ...(output === undefined ? [] : [...output, ',"response":']),
  ...response,
  '}',
];

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A record as it was written; Left where it can't have been. */
export const readRecord = (value: unknown): E.Either<ProxyError, ResponseRecord> => {
  const { id, created, previous, input, response, events, ...others } = isObject(value) ? value : {};
  const output = others['output'] ?? (isObject(response) ? response['output'] : undefined);
  if (typeof id !== 'string' || typeof created !== 'number' || !isList(input) || !isList(output) || !isObject(response))
    return E.left({ tag: 'Defect', cause: new Error('what was kept of a response can not be read') });
  const before = typeof previous === 'string' ? previous : null;
  const record = { id, created, previous: before, input, response: { ...response, output } };
  return E.right(isList(events) ? { ...record, events } : record);
};
