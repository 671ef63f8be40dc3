import { E, pipe } from '../kernel/fp.ts';

/** A part of a multipart form, its content still bytes of the body. */
export type FormPart = {
  readonly name: string;
  readonly filename: string | null;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
};

/** What a form may hold. OpenAI's largest has 16 pictures, and fields that stand there several times. */
export const formBounds = { parts: 256, headBytes: 4096, nameBytes: 256 } as const;

/** What is wrong with a form. */
export type FormFault = 'broken' | 'too many parts' | 'too long a head';

const boundaryParameter = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/** Of RFC 2046 §5.1.1: 1 to 70 characters, in quotes or not. */
const boundaryOf = (contentType: string): string | null => {
  const found = boundaryParameter.exec(contentType.slice(0, 1024));
  return found?.[1] ?? found?.[2] ?? null;
};

/** Browsers escape three characters (HTML, multipart/form-data encoding algorithm), curl two with a backslash. */
const unescapeName = (text: string): string =>
  text
    .replaceAll('%22', '"')
    .replaceAll(/%0d/gi, '\r')
    .replaceAll(/%0a/gi, '\n')
    .replaceAll('\\"', '"')
    .replaceAll('\\\\', '\\');

const anyParameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/** All parameters by their names in lower case, the first of a name; what stands in quotes is no other parameter. */
const parametersIn = (disposition: string): ReadonlyMap<string, string> => {
  const found = [...disposition.matchAll(anyParameter)];
  return new Map(found.toReversed().map(([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted ?? bare]));
};

/** `filename*=utf-8''gr%C3%BCn.png` (RFC 8187), as older Python clients write it. */
const extendedFilename = (value: string | undefined): string | null => {
  const text = /^utf-8'[^']*'(.+)$/i.exec(value ?? '')?.[1];
  if (text === undefined) return null;
  return pipe(
    E.tryCatch(() => decodeURIComponent(text), () => null),
    E.getOrElse(() => text),
  );
};

const headerIn = (head: string, name: string): string | null => {
  const line = head.split('\r\n').find((one) => one.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return line === undefined ? null : line.slice(name.length + 1).trim();
};

/** Base64 is what mail programs' libraries write; all else that is met means the bytes as they are (RFC 7578 §4.7). */
const contentOf = (head: string, bytes: Uint8Array): Uint8Array =>
  headerIn(head, 'content-transfer-encoding')?.toLowerCase() === 'base64'
    ? Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), 'base64')
    : bytes;

const partOf = (head: string, bytes: Uint8Array): FormPart | null => {
  const disposition = headerIn(head, 'content-disposition') ?? '';
  if (!/^form-data\b/i.test(disposition)) return null;
  const parameters = parametersIn(disposition);
  const [name, given] = [parameters.get('name'), parameters.get('filename')];
  if (name === undefined || name.length > formBounds.nameBytes) return null;
  const filename = given === undefined ? extendedFilename(parameters.get('filename*')) : unescapeName(given);
  const mimeType = headerIn(head, 'content-type') ?? (filename === null ? '' : 'application/octet-stream');
  return { name: unescapeName(name), filename, mimeType, bytes: contentOf(head, bytes) };
};

const blankLine = Buffer.from('\r\n\r\n');
const [dash, lineFeed, carriageReturn, space, tab] = [0x2d, 0x0a, 0x0d, 0x20, 0x09];

/** Blanks that may stand behind a boundary (RFC 2046 §5.1.1). */
const mostPadding = 256;

const behindPadding = (body: Buffer, from: number): number => {
  let at = from;
  while (at < from + mostPadding && (body[at] === space || body[at] === tab)) at += 1;
  return at;
};

/** The first byte after the line end behind a boundary; -1 where the form ends, null where neither stands there. */
const afterBoundary = (body: Buffer, from: number): number | null => {
  if (body[from] === dash && body[from + 1] === dash) return -1;
  const at = behindPadding(body, from);
  return body[at] === carriageReturn && body[at + 1] === lineFeed ? at + 2 : null;
};

/**
 * The parts of a multipart form (RFC 7578), each a view of the body: nothing is copied. Counts and lengths are checked
 * before a part is looked at, so that a million of them cost what 256 do.
 */
export const formParts = (bytes: Uint8Array, contentType: string): readonly FormPart[] | FormFault => {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return 'broken';
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const opening = delimiter.subarray(2);
  const parts: FormPart[] = [];
  const isFirst = body.subarray(0, opening.length).equals(opening);
  const first = isFirst ? opening.length : body.indexOf(delimiter) + delimiter.length;
  if (first < delimiter.length && first !== opening.length) return 'broken';
  for (let start = afterBoundary(body, first); start !== -1; ) {
    if (start === null) return 'broken';
    if (parts.length === formBounds.parts) return 'too many parts';
    const headEnd = body.subarray(start, start + formBounds.headBytes).indexOf(blankLine);
    if (headEnd === -1) return body.length - start > formBounds.headBytes ? 'too long a head' : 'broken';
    const contentAt = start + headEnd + blankLine.length;
    const end = body.indexOf(delimiter, contentAt - 2);
    const head = body.toString('utf8', start, start + headEnd);
    const part = end === -1 ? null : partOf(head, body.subarray(contentAt, Math.max(contentAt, end)));
    if (part === null) return 'broken';
    parts.push(part);
    start = afterBoundary(body, end + delimiter.length);
  }
  return parts;
};
