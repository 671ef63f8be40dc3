import { rawMember } from '../../../kernel/raw-json.ts';
import { holdsLong, longestBody, longNumbers, type LongNumbers } from '../../../gemini/schema/long-numbers.ts';
import type { SentRequest } from './request.ts';

const fields = ['tools', 'text', 'input'] as const;

/**
 * How numbers beyond 2^53 are written in the schemas of a request: a bound or a value is somebody else's. Null where
 * there are none, or the body is too long to be looked through.
 */
export const writtenNumbers = ({ fields: sent, own }: SentRequest, written: () => string): LongNumbers | null => {
  const brought = own.flatMap(({ tools }) => tools ?? []);
  if (!holdsLong(sent.tools) && !holdsLong(sent.text) && !holdsLong(brought)) return null;
  const json = written();
  return json.length > longestBody ? null : longNumbers(fields.map((field) => rawMember(json, field) ?? '').join(' '));
};
