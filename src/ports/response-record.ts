import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { WrittenText } from '../kernel/written-text.ts';
import type { ResponseRecord } from './response-store.ts';

/** The parts of a record that are JSON already; `response` has an empty `output`, whose items stand in `output`. */
export type WrittenParts = Pick<ResponseRecord, 'id' | 'created' | 'previous'> & {
  readonly input: string;
  readonly output: WrittenText;
  readonly response: string;
  readonly events: string;
};

/** A record as JSON. Its long lists stand outermost, where they are read in pieces. */
export const recordText = ({ id, created, previous, input, output, response, events }: WrittenParts): WrittenText => [
  `{"id":"${id}","created":${created},"previous":${previous === null ? 'null' : JSON.stringify(previous)},"input":${input},"events":${events}` +
    ',"output":',
  ...output,
  `,"response":${response}}`,
];

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A record as it was written; Left where it can't have been. */
export const readRecord = (value: unknown): E.Either<ProxyError, ResponseRecord> => {
  const { id, created, previous, input, output, response, events } = isObject(value) ? value : {};
  if (typeof id !== 'string' || typeof created !== 'number' || !isList(input) || !isList(output) || !isObject(response))
    return E.left({ tag: 'Defect', cause: new Error('what was kept of a response can not be read') });
  const before = typeof previous === 'string' ? previous : null;
  const record = { id, created, previous: before, input, response: { ...response, output } };
  return E.right(isList(events) ? { ...record, events } : record);
};
