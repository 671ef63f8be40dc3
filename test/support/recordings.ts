import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder, seen from the compiled test. */
export const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const shared = join(project, '..', 'shared');

/** One recorded exchange with Gemini. */
export type Recording = {
  readonly name: string;
  readonly kind: string;
  readonly endpoint: string;
  readonly authenticity: string;
  readonly features: readonly string[];
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };
};

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const isRecording = (value: unknown): value is Recording =>
  typeof value === 'object' && value !== null && 'response' in value && 'kind' in value;

/** False when the recordings do not lie beside the project: tests that need them say that they were skipped. */
export const recordingsArePresent = existsSync(join(shared, 'recordings', 'native'));

/** For tap: why a test is skipped, or false. CI sets POLLUX_REQUIRE_RECORDINGS, where their absence is a failure. */
export const skipWithoutRecordings = (): string | false =>
  recordingsArePresent || process.env['POLLUX_REQUIRE_RECORDINGS'] !== undefined ? false : 'the recordings do not lie beside the project';

/** All recordings of Gemini's own API, in the order of their numbers. */
export const nativeRecordings = (): readonly Recording[] =>
  readdirSync(join(shared, 'recordings', 'native'))
    .toSorted()
    .map((file) => read(join(shared, 'recordings', 'native', file)))
    .filter(isRecording);

/** One of the published schemas that lie beside the recordings, by file name. */
export const publishedSchema = (file: string): object => Object(read(join(shared, 'schemas', file)));
