import { t } from '../kernel/fp.ts';
import { isUnread, type LongText } from '../kernel/unread-text.ts';
import { misfit, withReader, type ReadingCodec } from './reader.ts';

const isLongText = (value: unknown): value is LongText => typeof value === 'string' || isUnread(value);

/** A string, for those who can do with one that nobody has read. */
export const longText: ReadingCodec<LongText> = withReader(
  new t.Type<LongText, unknown>(
    t.string.name,
    isLongText,
    (value, context) => (isLongText(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  ),
  (value) => (isLongText(value) ? value : misfit),
);
