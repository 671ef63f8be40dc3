import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

type Maps = (file: string) => SourceMap | null;

const isPayload = (value: unknown): value is ConstructorParameters<typeof SourceMap>[0] =>
  typeof value === 'object' && value !== null && 'mappings' in value && 'sources' in value;

/** The map beside a file of the build; null where there is none to read. */
const readMap: Maps = (file) => {
  try {
    const payload: unknown = JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8'));
    return isPayload(payload) ? new SourceMap(payload) : null;
  } catch {
    return null;
  }
};

/** Each map is read once, when an error is logged, which is rare: at every start they would cost 8 ms and a megabyte. */
const readOnce = (): Maps => {
  const read = new Map<string, SourceMap | null>();
  return (file) => {
    if (!read.has(file)) read.set(file, readMap(file));
    return read.get(file) ?? null;
  };
};

const place = /file:\/\/[^\s():]+:\d+:\d+/g;

/**
 * Puts the places in src/ into a stack: `file:///…/dist/index.js:812:9` becomes `src/http/server.ts:40:3`. What has no
 * map stays as it is.
 */
export const sourcePlaces = (): ((stack: string) => string) => {
  const mapOf = readOnce();
  const placeOf = (built: string): string => {
    const [line = '', column = ''] = built.split(':').slice(-2);
    const map = mapOf(built.slice(0, -line.length - column.length - 2));
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return built;
    const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
  return (stack) => stack.replaceAll(place, placeOf);
};
