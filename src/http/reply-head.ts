import type { Headers } from '../ports/reply.ts';

const isReplaced = (records: readonly Headers[], name: string, at: number): boolean => {
  for (let later = at + 1; later < records.length; later += 1) if (records[later]?.[name] !== undefined) return true;
  return false;
};

/**
 * Headers of several records as names and values in turn, which Node writes down as they are. Where two have one name
 * the later wins, but of `vary` all are told.
 */
export const headLines = (records: readonly Headers[]): string[] => {
  const lines: string[] = [];
  let vary = '';
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? {};
    for (const name in record) {
      const value = record[name] ?? '';
      if (name === 'vary') vary += vary === '' ? value : `, ${value}`;
      else if (!isReplaced(records, name, at)) lines.push(name, value);
    }
  }
  if (vary !== '') lines.push('vary', vary);
  return lines;
};
