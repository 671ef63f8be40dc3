import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { mediaTypeOf } from '../../../src/adapters/guarded-fetch/media-type.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const rest = '\x00'.repeat(200);
const box = (...named: readonly string[]): Buffer => bytes(`\x00\x00\x00${String.fromCharCode(8 + named.join('').length)}ftyp${named.join('')}${rest}`);

const known: readonly (readonly [string, Buffer])[] = [
  ['image/png', bytes(`\x89PNG\r\n\x1a\n${rest}`)],
  ['image/jpeg', bytes(`\xff\xd8\xff\xe0${rest}`)],
  ['image/gif', bytes(`GIF89a${rest}`)],
  ['image/gif', bytes(`GIF87a${rest}`)],
  ['image/webp', bytes(`RIFF\x10\x00\x00\x00WEBPVP8 ${rest}`)],
  ['image/heic', box('heic', '\x00\x00\x00\x00', 'mif1', 'heic')],
  ['image/heif', box('mif1', '\x00\x00\x00\x00', 'mif1', 'miaf')],
  ['audio/wav', bytes(`RIFF\x10\x00\x00\x00WAVEfmt ${rest}`)],
  ['audio/mp3', bytes(`ID3\x04${rest}`)],
  ['audio/mp3', bytes(`\xff\xfb\x90\x44${rest}`)],
  ['audio/mp3', bytes(`\xff\xf3\x90\x44${rest}`)],
  ['audio/aac', bytes(`\xff\xf1\x50\x80${rest}`)],
  ['audio/aac', bytes(`\xff\xf9\x50\x80${rest}`)],
  ['audio/ogg', bytes(`OggS\x00\x02${rest}`)],
  ['audio/flac', bytes(`fLaC${rest}`)],
  ['audio/aiff', bytes(`FORM\x00\x00\x10\x00AIFF${rest}`)],
  ['audio/m4a', box('M4A ', '\x00\x00\x00\x00')],
  ['video/mp4', box('isom', '\x00\x00\x02\x00', 'isom', 'iso2')],
  ['video/mp4', box('mp42', '\x00\x00\x00\x00')],
  ['video/mov', box('qt  ', '\x00\x00\x00\x00')],
  ['video/mov', bytes(`\x00\x00\x10\x00moov${rest}`)],
  ['video/3gpp', box('3gp5', '\x00\x00\x00\x00')],
  ['video/webm', bytes(`\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm${rest}`)],
  ['video/avi', bytes(`RIFF\x10\x00\x00\x00AVI LIST${rest}`)],
  ['video/x-flv', bytes(`FLV\x01\x05${rest}`)],
  ['video/wmv', bytes(`\x30\x26\xb2\x75\x8e\x66\xcf\x11${rest}`)],
  ['video/mpeg', bytes(`\x00\x00\x01\xba${rest}`)],
  ['application/pdf', bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')],
  ['text/plain', Buffer.from('A text, with Umläuten and 汉字.\r\n\tAnd \x1b[1mcolour\x1b[0m.')],
  ['text/plain', Buffer.from('\uFEFFname,size\n"a",1\n')],
  ['text/plain', Buffer.from('{"a": "<svg>"}')],
  ['text/plain', Buffer.from('< 3 of them are ID3 tags')],
  ['text/plain', Buffer.from('ID3 tags')],
];

t.test('the kind of content is told by its first bytes', (t) => {
  for (const [type, content] of known) t.same(mediaTypeOf(content), E.right(type), JSON.stringify(content.toString('latin1', 0, 24)));
  t.end();
});

const refused: readonly (readonly [RegExp, Buffer])[] = [
  [/markup/, bytes('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  [/markup/, bytes('<?xml version="1.0"?><svg/>')],
  [/markup/, bytes('<!DOCTYPE html><p>')],
  [/markup/, bytes('\r\n  <HTML>')],
  [/markup/, Buffer.from('\uFEFF<html>')],
  [/markup/, bytes('<!-- a page --><body>')],
  [/AVIF/, box('avif', '\x00\x00\x00\x00', 'avif', 'mif1')],
  [/AVIF/, box('mif1', '\x00\x00\x00\x00', 'avif')],
  [/no picture or file/, bytes(`PK\x03\x04${rest}`)],
  [/no picture or file/, bytes(`\x7fELF${rest}`)],
  [/no picture or file/, bytes(`\x1f\x8b\x08\x00${rest}`)],
  [/no picture or file/, bytes(`\x1aE\xdf\xa3B\x82\x88matroska${rest}`)],
  [/no picture or file/, bytes(`OggS\x00\x02${'\x00'.repeat(22)}\x80theora${rest}`)],
  [/no picture or file/, bytes('caf\xe9 in Latin-1')],
  [/no picture or file/, bytes(`a text${' '.repeat(9000)}with a NUL\x00`)],
  [/no picture or file/, bytes('\x89PNG')],
  [/no picture or file/, bytes('\x00')],
  [/no picture or file/, bytes('\xff')],
];

t.test('what Gemini does not read is refused, with what it is where that helps', (t) => {
  for (const [reason, content] of refused) {
    const read = mediaTypeOf(content);
    t.match(E.isLeft(read) ? read.left : read.right, reason, JSON.stringify(content.toString('latin1', 0, 24)));
    t.ok(E.isLeft(read));
  }
  t.end();
});

t.test('what is said of content decides among texts, never what bytes tell', (t) => {
  const text = Buffer.from('a,b');
  const cases: readonly (readonly [Buffer, string, string, string])[] = [
    [text, 'text/csv; charset=utf-8', '/a.txt', 'text/csv'],
    [text, 'application/octet-stream', '/a.md', 'text/markdown'],
    [text, 'image/png', '/a.png', 'text/plain'],
    [text, 'text/html', '/', 'text/plain'],
    [bytes(`\x89PNG\r\n\x1a\n${rest}`), 'text/plain', '/a.txt', 'image/png'],
    [box('isom', '\x00\x00\x02\x00'), 'audio/mp4', '/a', 'audio/mp4'],
  ];
  for (const [content, declared, name, type] of cases) t.same(mediaTypeOf(content, { declared, name }), E.right(type), `${declared} ${name}`);
  t.match(mediaTypeOf(bytes('<svg/>'), { declared: 'text/plain', name: '/a.txt' }), E.left(/markup/));
  t.match(mediaTypeOf(bytes(`\x00${rest}`), { declared: 'video/mp4', name: '/a.mp4' }), E.left(/no picture or file/));
  t.end();
});
