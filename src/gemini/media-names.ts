/**
 * Names of media types that Google documents, for the other names of the same kinds. Documented are (ai.google.dev,
 * pages on image, video, audio and document understanding): image/png, jpeg, webp, heic, heif; video/mp4, mpeg, mov,
 * avi, x-flv, mpg, webm, wmv, 3gpp; audio/wav, mp3, aiff, aac, ogg, flac; application/pdf; text/plain, html, css, csv,
 * xml, rtf, javascript, x-python. Vertex's pages have audio/m4a, audio/mp4 and audio/webm besides.
 */
const synonyms: ReadonlyMap<string, string> = new Map([
  // Chrome and Internet Explorer, for image/jpeg and image/png
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/jfif', 'image/jpeg'],
  ['image/x-png', 'image/png'],
  ['image/apng', 'image/png'],
  ['image/x-webp', 'image/webp'],
  // RFC draft-ietf-mimi; Apple's sequences
  ['image/heic-sequence', 'image/heic'],
  ['image/heif-sequence', 'image/heif'],
  // RFC 3003 registers audio/mpeg
  ['audio/mpeg', 'audio/mp3'],
  ['audio/mpeg3', 'audio/mp3'],
  ['audio/x-mpeg-3', 'audio/mp3'],
  ['audio/x-mpeg', 'audio/mp3'],
  ['audio/x-mp3', 'audio/mp3'],
  ['audio/mpga', 'audio/mp3'],
  // RFC 2361 registers audio/vnd.wave; Firefox and WebKit say audio/wav, x-wav, wave
  ['audio/x-wav', 'audio/wav'],
  ['audio/wave', 'audio/wav'],
  ['audio/vnd.wave', 'audio/wav'],
  ['audio/x-pn-wav', 'audio/wav'],
  ['audio/x-aiff', 'audio/aiff'],
  ['audio/aif', 'audio/aiff'],
  // shared-mime-info, and Android's MediaFormat
  ['audio/x-aac', 'audio/aac'],
  ['audio/aacp', 'audio/aac'],
  ['audio/x-hx-aac-adts', 'audio/aac'],
  ['audio/x-flac', 'audio/flac'],
  // RFC 5334 (Ogg), RFC 7845 (Opus in Ogg)
  ['application/ogg', 'audio/ogg'],
  ['audio/x-ogg', 'audio/ogg'],
  ['audio/vorbis', 'audio/ogg'],
  ['audio/opus', 'audio/ogg'],
  ['audio/oga', 'audio/ogg'],
  // Safari and iTunes
  ['audio/x-m4a', 'audio/m4a'],
  ['audio/mp4a-latm', 'audio/m4a'],
  ['video/x-m4v', 'video/mp4'],
  // IANA registers video/quicktime; Google's page says video/mov
  ['video/quicktime', 'video/mov'],
  ['video/x-quicktime', 'video/mov'],
  ['video/x-msvideo', 'video/avi'],
  ['video/msvideo', 'video/avi'],
  ['video/vnd.avi', 'video/avi'],
  ['video/x-ms-wmv', 'video/wmv'],
  ['video/x-ms-asf', 'video/wmv'],
  ['video/flv', 'video/x-flv'],
  ['video/x-mpeg', 'video/mpeg'],
  ['video/3gp', 'video/3gpp'],
  ['video/3gpp2', 'video/3gpp'],
  ['application/x-pdf', 'application/pdf'],
  // RFC 9239 (JavaScript), RFC 7303 (XML), RFC 4180 (CSV), RFC 7763 (Markdown)
  ['application/javascript', 'text/javascript'],
  ['application/x-javascript', 'text/javascript'],
  ['text/ecmascript', 'text/javascript'],
  ['application/xml', 'text/xml'],
  ['application/csv', 'text/csv'],
  ['text/x-csv', 'text/csv'],
  ['text/x-markdown', 'text/markdown'],
  ['application/rtf', 'text/rtf'],
  ['text/json', 'application/json'],
  ['application/x-python', 'text/x-python'],
  ['application/x-python-code', 'text/x-python'],
  ['text/x-script.python', 'text/x-python'],
]);

/** The name that Google documents for this kind, else the name itself; in lower case. */
const documentedName = (name: string): string => {
  const plain = name.toLowerCase();
  return synonyms.get(plain) ?? plain;
};

/** Kinds that say nothing: what programs send when they don't know (RFC 2046; Amazon S3 says binary/octet-stream). */
const sayingNothing: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'binary/octet-stream',
  'application/binary',
  'application/unknown',
  'application/x-unknown',
]);

const token = /^[\w.+-]{1,80}\/[\w.+-]{1,100}$/;

/**
 * What a declared type says, by Google's name and without its parameters; null for one that says nothing, or is none.
 */
export const declaredKind = (declared: string): string | null => {
  const plain = (declared.split(';', 1)[0] ?? '').trim().toLowerCase();
  return !token.test(plain) || sayingNothing.has(plain) ? null : documentedName(plain);
};

const endings: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg jpeg jfif',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'image/bmp': 'bmp',
  'image/tiff': 'tif tiff',
  'audio/wav': 'wav wave',
  'audio/mp3': 'mp3 mpga',
  'audio/aiff': 'aif aiff aifc',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg oga opus',
  'audio/flac': 'flac',
  'audio/m4a': 'm4a m4b',
  'video/mp4': 'mp4 m4v',
  'video/mpeg': 'mpeg mpg',
  'video/mov': 'mov qt',
  'video/avi': 'avi',
  'video/webm': 'webm',
  'video/wmv': 'wmv asf',
  'video/x-flv': 'flv',
  'video/3gpp': '3gp 3gpp 3g2',
  'video/x-matroska': 'mkv',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'text/html': 'html htm',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/xml': 'xml svg',
  'text/rtf': 'rtf',
  'text/markdown': 'md markdown',
  'text/javascript': 'js mjs cjs',
  'text/x-python': 'py pyw',
  'text/plain':
    'txt text log tsv yaml yml toml ini conf cfg env sh bash zsh bat ps1 c h cc cpp hpp cs java kt go rs rb php pl swift scala sql r lua tex srt vtt ts tsx jsx vue jsonl ndjson diff patch rst adoc',
};

const byEnding: ReadonlyMap<string, string> = new Map(
  Object.entries(endings).flatMap(([type, list]) =>
    list.split(' ').map((ending): readonly [string, string] => [ending, type]),
  ),
);

/** The kind that a file name's ending stands for; null for none and an unknown one. */
export const kindByName = (name: string): string | null =>
  byEnding.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? null;
