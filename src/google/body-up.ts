/** Where Google says that its files are, whatever way leads there. */
const googles = 'https://generativelanguage.googleapis.com';

const escapeForPattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Our own address as it may stand in JSON, with `\/` for slashes too. */
const ownFile = (base: string): RegExp => {
  const [, rest = ''] = base.split('://');
  const slashes = escapeForPattern(rest).replaceAll('\\/', '\\\\?\\/');
  const slash = String.raw`(?:\\?/)`;
  const path = String.raw`(${slash}{1,4})(?:v1beta|v1alpha|v1)(?=${slash}files${slash}[\w-])`;
  return new RegExp(`https?:${slash}${slash}${slashes}${path}`, 'g');
};

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const [colon, slashByte] = [0x3a, 0x2f];

/** What stands between scheme and host, with `\\/` for slashes too. */
const beforeHost = Buffer.from(':/');
const beforeEscapedHost = Buffer.from(':\\/');

/**
 * Where the first web address may stand; -1 for none. Base64 has no colon, so media are passed over at the speed of
 * memory: to look for a host in them takes thirty times as long.
 */
const addressAt = (body: Buffer, from = 0): number => {
  // Most texts have no slash at all, and one byte is found in a third of the time.
  if (body.indexOf(slashByte, from) < 0) return -1;
  const plain = body.indexOf(beforeHost, from);
  const escaped = body.indexOf(beforeEscapedHost, from);
  return plain < 0 || (escaped >= 0 && escaped < plain) ? escaped : plain;
};

/** Whether no web address stands in these pieces, nor over their borders. */
export const namesNoAddress = (pieces: readonly Uint8Array[]): boolean =>
  pieces.every((piece) => {
    const body = viewOf(piece);
    const first = body.indexOf(colon);
    if (first < 0) return true;
    return !body.subarray(-2).includes(colon) && addressAt(body, first) < 0;
  });

/** More than a request names; past so many the rest stays as it is, so that no body keeps others waiting or grows. */
const mostReplaced = 20_000;

/** A body in which what matches is written anew; all else is not touched. The pattern is in Latin-1, a byte a letter. */
const replaceIn = (body: Buffer, pattern: RegExp, write: (before: string) => string): Uint8Array | null => {
  const pieces: Uint8Array[] = [];
  let from = 0;
  let count = 0;
  for (const { index, 0: found, 1: before = '' } of body.toString('latin1').matchAll(pattern)) {
    if (count === mostReplaced) break;
    count += 1;
    pieces.push(body.subarray(from, index), Buffer.from(write(before), 'latin1'));
    from = index + found.length;
  }
  return count === 0 ? null : Buffer.concat([...pieces, body.subarray(from)]);
};

/** Google's address of files, with slashes as they were written. */
const writeGoogles = (slash: string): string => {
  const one = slash.startsWith('\\') ? '\\/' : '/';
  return `${googles.replaceAll('/', one)}${one}v1beta`;
};

/**
 * A body in which addresses of files that name this service are Google's: clients put together what they were told and
 * the base address. Everything else stays as it is, byte for byte.
 */
export const withGooglesFiles = (bytes: Uint8Array, base: string): Uint8Array => {
  const body = viewOf(bytes);
  const at = addressAt(body);
  if (at < 0) return body;
  const host = /:\/\/([^/]+)/.exec(base)?.[1] ?? '';
  if (host === '' || body.indexOf(host, at) < 0) return body;
  return replaceIn(body, ownFile(base), writeGoogles) ?? body;
};

const byteOrderMark = Buffer.from('\ufeff');

/** Whether a body may begin with a mark of byte order, by its first byte: JSON has none such. */
export const mayBeginWithMark = ([first]: Uint8Array): boolean => first === byteOrderMark[0];

/** JSON without the mark of byte order that some clients begin it with (RFC 8259 §8.1 lets a reader pass over it). */
export const withoutMark = (bytes: Uint8Array): Uint8Array =>
  mayBeginWithMark(bytes) && byteOrderMark.equals(bytes.subarray(0, byteOrderMark.length))
    ? bytes.subarray(byteOrderMark.length)
    : bytes;

const modelField = /^("model"\s*:\s*"(?:models\\?\/)?)([^"\\]{1,100})"/;
const longestField = 300;

/**
 * A body whose `model` fields name the models behind aliases; `behind` is null for what is none. The field is looked
 * for, and nothing else is read: what passes may be dozens of megabytes of media.
 */
export const withModels = (bytes: Uint8Array, behind: (name: string) => string | null): Uint8Array => {
  const body = viewOf(bytes);
  const pieces: Uint8Array[] = [];
  let from = 0;
  let looks = 0;
  for (let at = body.indexOf('"model"'); at >= 0 && looks < mostReplaced; at = body.indexOf('"model"', at + 7)) {
    looks += 1;
    const [, before = '', name = ''] = modelField.exec(body.toString('latin1', at, at + longestField)) ?? [];
    const model = name === '' ? null : behind(name);
    if (model === null) continue;
    const begin = at + before.length;
    pieces.push(body.subarray(from, begin), Buffer.from(model, 'latin1'));
    from = begin + name.length;
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, body.subarray(from)]);
};

/** Fields of that name that are looked at; with more of them than any request has, it counts as stored. */
const mostLooks = 1000;

/** Whether an interaction is not to be stored, so that it leaves nothing behind. */
export const isUnstored = (bytes: Uint8Array): boolean => {
  const body = viewOf(bytes);
  let at = body.indexOf('"store"');
  for (let looks = 0; at >= 0 && looks < mostLooks; looks += 1, at = body.indexOf('"store"', at + 7)) {
    if (/^"store"\s*:\s*false/.test(body.toString('latin1', at, at + 100))) return true;
  }
  return false;
};
