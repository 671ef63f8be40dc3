import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { viewOfBase64, viewOfBytes } from '../../src/gemini/byte-view.ts';
import { readFrame } from '../../src/gemini/frame.ts';
import { answeredKind, mediaKind, pictureFault, soundKind } from '../../src/gemini/media-kind.ts';
import { sniffKind } from '../../src/gemini/media-signatures.ts';

const src = join(resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..'), 'src');

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const rest = '\x00'.repeat(200);
const size = (value: number): string => String.fromCharCode((value >> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255);
const box = (name: string, ...inside: readonly string[]): string => `${size(8 + inside.join('').length)}${name}${inside.join('')}`;
const track = (handler: string): string => box('trak', box('tkhd', rest), box('mdia', box('mdhd', rest), box('hdlr', `\0\0\0\0\0\0\0\0${handler}${rest}`)));
const mp4 = (...tracks: readonly string[]): string => `${box('ftyp', 'isom', '\0\0\x02\0', 'isom', 'mp41')}${box('mdat', 'x'.repeat(5000))}${box('moov', box('mvhd', rest), ...tracks)}`;
const zip = (...names: readonly string[]): string => `PK\x03\x04${'\0'.repeat(26)}${names[0]}${rest}${names.map((name) => `PK\x01\x02${'\0'.repeat(42)}${name}`).join('')}PK\x05\x06${'\0'.repeat(18)}`;
const webm = (codec: string): string => `\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webmB\x87\x81\x04${'\0'.repeat(300)}\x86\x85${codec}${rest}`;
const tagged = (behind: string): string => `ID3\x04\0\0\0\0\x02\x00${'\0'.repeat(256)}${behind}${rest}`;

/** Bytes, and what they are whatever anybody says of them. */
const table: readonly (readonly [string, string, (string | undefined)?])[] = [
  ['image/png', `\x89PNG\r\n\x1a\n${rest}`],
  ['image/jpeg', `\xff\xd8\xff\xe0${rest}`],
  ['image/gif', `GIF89a${rest}`],
  ['image/webp', `RIFF\x10\0\0\0WEBPVP8 ${rest}`],
  ['audio/wav', `RIFF\x10\0\0\0WAVEfmt ${rest}`],
  ['video/avi', `RIFF\x10\0\0\0AVI LIST${rest}`],
  ['image/heic', box('ftyp', 'heic', '\0\0\0\0', 'mif1')],
  ['image/heic', box('ftyp', 'mif1', '\0\0\0\0', 'heic')],
  ['image/heif', box('ftyp', 'mif1', '\0\0\0\0', 'miaf')],
  ['image/avif', box('ftyp', 'avif', '\0\0\0\0', 'mif1')],
  ['video/mov', box('ftyp', 'qt  ', '\0\0\0\0')],
  ['video/3gpp', box('ftyp', '3gp5', '\0\0\0\0')],
  ['audio/m4a', box('ftyp', 'M4A ', '\0\0\0\0')],
  ['video/mp4', mp4(track('vide'), track('soun'))],
  ['video/mp4', mp4(track('soun'), track('vide')), 'audio/mp4'],
  ['audio/mp4', mp4(track('soun')), 'video/mp4'],
  ['video/webm', webm('V_VP9'), 'audio/webm'],
  ['audio/webm', webm('A_OPUS'), 'video/webm'],
  ['video/x-matroska', `\x1aE\xdf\xa3B\x82\x88matroska${rest}`, 'video/webm'],
  ['audio/ogg', `OggS\0\x02${'\0'.repeat(22)}OpusHead${rest}`, 'video/ogg'],
  ['video/ogg', `OggS\0\x02${'\0'.repeat(22)}\x80theora${rest}`, 'audio/ogg'],
  ['audio/mp3', tagged('\xff\xfb\x90\x44')],
  ['audio/flac', tagged('fLaC')],
  ['audio/aac', tagged('\xff\xf1\x50\x80')],
  ['audio/mp3', `\xff\xfb\x90\x44${rest}`, 'audio/wav'],
  ['audio/aac', `\xff\xf1\x50\x80${rest}`, 'audio/mpeg'],
  ['audio/aiff', `FORM\0\0\x10\0AIFF${rest}`],
  ['audio/flac', `fLaC${rest}`],
  ['application/pdf', '%PDF-1.7\n'],
  ['text/rtf', '{\\rtf1 a}'],
  ['application/zip', zip('a.txt')],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', zip('[Content_Types].xml', 'word/document.xml')],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', zip('[Content_Types].xml', 'xl/workbook.xml')],
  ['application/epub+zip', zip('mimetypeapplication/epub+zip', 'OEBPS/a')],
];

t.test('bytes tell the kind, whatever is declared, from bytes and from base64 alike', (t) => {
  for (const [kind, content, declared = 'image/png'] of table) {
    const all = bytes(content);
    for (const view of [viewOfBytes(all), viewOfBase64(all.toString('base64')), viewOfBase64(all.toString('base64url'))]) {
      t.equal(mediaKind(view, { declared, name: 'a.txt' }), kind, JSON.stringify(content.slice(0, 24)));
    }
  }
  t.end();
});

const binary = bytes('\0\x01\x02\xff\xfe\0');
const text = Buffer.from('# Größe\n');

t.test('what bytes do not tell is told by the declared type, then the name, then text', (t) => {
  const cases: readonly (readonly [Buffer, string, string, string | null])[] = [
    [binary, 'video/mp4', 'a.png', 'video/mp4'],
    [binary, 'application/octet-stream', 'a.mp4', 'video/mp4'],
    [binary, 'binary/octet-stream', 'A.MP4', 'video/mp4'],
    [binary, '', '', null],
    [binary, 'application/octet-stream', 'a', null],
    [text, 'application/octet-stream', 'a.md', 'text/markdown'],
    [text, 'application/octet-stream', 'a.py', 'text/x-python'],
    [text, 'application/octet-stream', 'a.unknown', 'text/plain'],
    [text, '', '', 'text/plain'],
    [text, 'text/csv; charset=utf-8', 'a.md', 'text/csv'],
    [text, 'constructor', 'a.constructor', 'text/plain'],
    [text, 'x/has been suspended', '', 'text/plain'],
    [bytes('caf\xe9'), '', '', null],
    [Buffer.from('\uFEFF<!DOCTYPE html><p>'), '', '', 'text/html'],
    [Buffer.from('<svg xmlns="a"/>'), '', '', 'text/xml'],
    [Buffer.alloc(0), '', '', null],
    [bytes(webm('')), 'audio/webm', '', 'audio/webm'],
    [bytes(webm('')), '', 'a.webm', 'video/webm'],
    [bytes(box('ftyp', 'isom', '\0\0\x02\0')), 'audio/mp4', '', 'audio/mp4'],
    [bytes(box('ftyp', 'isom', '\0\0\x02\0')), '', 'a.m4a', 'audio/mp4'],
    [bytes(box('ftyp', 'isom', '\0\0\x02\0')), '', '', 'video/mp4'],
  ];
  for (const [content, declared, name, kind] of cases) t.equal(mediaKind(viewOfBytes(content), { declared, name }), kind, `${declared} ${name}`);
  t.equal(mediaKind(viewOfBytes(Buffer.from(`${'a'.repeat(65_535)}ü${'b'.repeat(70_000)}`)), { declared: '' }), 'text/plain', 'a character over the border of two pieces');
  t.equal(mediaKind(viewOfBytes(Buffer.concat([Buffer.from('a'.repeat(200_000)), bytes('\xff')])), { declared: '' }), null, 'all of it is looked at');
  t.end();
});

t.test('kinds have the names that Google documents', (t) => {
  const names = {
    'image/jpg': 'image/jpeg', 'image/pjpeg': 'image/jpeg', 'audio/mpeg': 'audio/mp3', 'audio/x-wav': 'audio/wav', 'audio/vnd.wave': 'audio/wav',
    'audio/x-flac': 'audio/flac', 'audio/x-m4a': 'audio/m4a', 'audio/opus': 'audio/ogg', 'video/quicktime': 'video/mov', 'video/x-msvideo': 'video/avi',
    'video/x-ms-wmv': 'video/wmv', 'application/x-pdf': 'application/pdf', 'application/javascript': 'text/javascript', 'IMAGE/PNG': 'image/png',
    'audio/webm;codecs=opus': 'audio/webm', 'text/x-markdown': 'text/markdown',
  };
  for (const [declared, name] of Object.entries(names)) t.equal(mediaKind(viewOfBytes(binary), { declared }), name, declared);
  t.end();
});

t.test('a container stands for its sound where sound is meant', (t) => {
  const kinds = [webm('V_VP9'), webm('A_OPUS'), mp4(track('vide')), mp4(track('soun')), box('ftyp', 'qt  '), '%PDF-1', 'text'].map((content) => soundKind(viewOfBytes(bytes(content)), { declared: '' }));
  t.same(kinds, ['audio/webm', 'audio/webm', 'audio/mp4', 'audio/mp4', 'audio/mp4', null, null]);
  t.end();
});

t.test('a picture or sound of an answer is what its bytes are, in every frame that is read', (t) => {
  const cases: readonly (readonly [declared: string, content: string, kind: string])[] = [
    ['image/png', `\xff\xd8\xff\xe0${rest}`, 'image/jpeg'],
    ['application/octet-stream', `RIFF\x10\0\0\0WEBPVP8 ${rest}`, 'image/webp'],
    ['image/png', 'nothing known', 'image/png'],
    ['audio/L16;codec=pcm;rate=24000', `RIFF\x10\0\0\0WAVEfmt ${rest}`, 'audio/wav'],
    ['audio/L16;codec=pcm;rate=24000', `\xff\xfb\x90\x44${rest}`, 'audio/L16;codec=pcm;rate=24000'],
    ['audio/L16;rate=24000', `\xff\xd8\xff\xe0${rest}`, 'audio/L16;rate=24000'],
    ['audio/wav', `\x01\x02${rest}`, 'audio/wav'],
  ];
  for (const [mimeType, content, kind] of cases) {
    const data = bytes(content).toString('base64');
    t.equal(answeredKind(viewOfBase64(data), mimeType), kind);
    const read = readFrame({ candidates: [{ content: { parts: [{ inlineData: { mimeType, data } }] } }] });
    t.match(read, { frame: { candidates: [{ content: { parts: [{ inlineData: { mimeType: kind, data } }] } }] } }, `${mimeType} ${kind}`);
  }
  t.end();
});

t.test('what browsers draw and Gemini does not is said in words', (t) => {
  for (const kind of ['image/svg+xml', 'text/html', 'text/xml', 'image/avif']) t.match(pictureFault(kind), /PNG, JPEG or WebP/, kind);
  t.equal(pictureFault('image/png'), null);
  t.end();
});

t.test('no bytes make the sniffer fail or look for long, whatever sizes they claim', (t) => {
  const boxes = box('ftyp', 'isom', '\0\0\0\0') + Array.from({ length: 20_000 }, () => box('free')).join('');
  const nested = Array.from({ length: 300 }).reduce<string>((inside) => box('moov', inside), '');
  for (const content of [boxes, box('ftyp', 'isom') + nested, `${box('ftyp', 'isom')}\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff`, `${box('ftyp', 'isom')}\0\0\0\0moov`, `${box('ftyp', 'isom')}\0\0\0\x03moov`, 'ID3\x04\0\0\x7f\x7f\x7f\x7f', 'PK\x03\x04', 'BM', '\xff', '']) {
    t.doesNotThrow(() => sniffKind(viewOfBytes(bytes(content))));
    t.doesNotThrow(() => sniffKind(viewOfBase64(bytes(content).toString('base64'))));
  }
  t.end();
});

t.test('there is one sniffer: no other file knows first bytes of kinds', (t) => {
  const magic = /\\x89PNG|iVBORw0|\/9j\/|GIF8[79]a|R0lGOD|UklGR|JVBERi|%PDF|OggS|fLaC|'ID3|ftyp/;
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && magic.test(readFileSync(join(src, file), 'utf8')));
  t.same(found.toSorted(), [join('gemini', 'media-signatures.ts'), join('gemini', 'mp4-kind.ts')]);
  t.end();
});
