import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { FormFile } from '../../ports/form.ts';

/** What Gemini calls the kinds of files that people record; by OpenAI's names and a few that Gemini knows besides. */
const byEnding: ReadonlyMap<string, string> = new Map([
  ['flac', 'audio/flac'],
  ['mp3', 'audio/mp3'],
  ['mpeg', 'audio/mp3'],
  ['mpga', 'audio/mp3'],
  ['mp4', 'audio/mp4'],
  ['m4a', 'audio/m4a'],
  ['ogg', 'audio/ogg'],
  ['oga', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['wav', 'audio/wav'],
  ['webm', 'audio/webm'],
  ['aac', 'audio/aac'],
  ['aif', 'audio/aiff'],
  ['aiff', 'audio/aiff'],
]);

const named = 'flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav and webm';

/** MPEG audio begins with eleven ones; its layer is 0 in AAC's ADTS. */
const mpegType = (bytes: Uint8Array): string | null => {
  const [first = 0, second = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null;
  return (second & 0x06) === 0 ? 'audio/aac' : 'audio/mp3';
};

const beginnings: readonly (readonly [number, string, string])[] = [
  [8, 'WAVE', 'audio/wav'],
  [0, 'ID3', 'audio/mp3'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'OggS', 'audio/ogg'],
  [0, '\x1aE\xdf\xa3', 'audio/webm'],
  [8, 'AIFF', 'audio/aiff'],
  [8, 'AIFC', 'audio/aiff'],
  [4, 'ftypM4A', 'audio/m4a'],
  [4, 'ftyp', 'audio/mp4'],
];

/** The kind that the first bytes tell, whatever the file is called. */
const sniffed = (bytes: Uint8Array): string | null => {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return beginnings.find(([at, text]) => start.startsWith(text, at))?.[2] ?? mpegType(bytes);
};

const declared = (mimeType: string): string | null => {
  const [, kind = ''] = /^(?:audio|video)\/(?:x-)?([\w.-]+)/i.exec(mimeType) ?? [];
  return byEnding.get(kind.toLowerCase()) ?? null;
};

/** The media type to send a recording by: what its bytes say, else its name, else what the client said. */
export const soundType = ({ bytes, filename, mimeType }: FormFile): E.Either<ProxyError, string> => {
  const ending = /\.(\w{1,5})$/.exec(filename)?.[1]?.toLowerCase() ?? '';
  const type = sniffed(bytes) ?? byEnding.get(ending) ?? declared(mimeType);
  return type === null
    ? E.left(invalid(`Invalid value for 'file': it is no recording of a known kind. These are read: ${named}.`, 'file', 'unsupported_value'))
    : E.right(type);
};
