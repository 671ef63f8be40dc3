import t from 'tap';
import { etagOf, imageNameIn, isImageName, newImageName, ownImageNameIn } from '../../../src/adapters/images/image-name.ts';
import { imageTypeOf } from '../../../src/adapters/images/image-type.ts';
import { oddNames, pictureOf } from '../../support/pictures.ts';

const png = { mimeType: 'image/png', extension: 'png' };
const name = `20250102_030405_${'0123456789abcdef'.repeat(2)}.png`;

t.test('the type of a picture is told by its first bytes alone', async (t) => {
  const cases: readonly (readonly [string, Uint8Array, string | null])[] = [
    ['PNG', pictureOf(20, 'png'), 'image/png'],
    ['JPEG', pictureOf(20, 'jpg'), 'image/jpeg'],
    ['GIF', pictureOf(20, 'gif'), 'image/gif'],
    ['GIF of 1987', Buffer.from('GIF87a....'), 'image/gif'],
    ['WebP', pictureOf(20, 'webp'), 'image/webp'],
    ['nothing', Buffer.alloc(0), null],
    ['half a PNG head', pictureOf(7, 'png'), null],
    ['half a WebP head', pictureOf(11, 'webp'), null],
    ['sound in RIFF', Buffer.from('RIFF\x10\x00\x00\x00WAVEfmt '), null],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), null],
    ['XML', Buffer.from('<?xml version="1.0"?><svg/>'), null],
    ['HTML', Buffer.from('<!doctype html><script>1</script>'), null],
    ['HTML behind a blank', Buffer.from(' \x89PNG\r\n\x1a\n', 'latin1'), null],
    ['BMP', Buffer.from('BM..........'), null],
    ['PDF', Buffer.from('%PDF-1.7........'), null],
  ];
  for (const [what, bytes, expected] of cases) {
    await t.test(what, async (t) => t.equal(imageTypeOf(bytes)?.mimeType ?? null, expected));
  }
});

t.test('a name tells time and type, sorts by age, and never comes twice', (t) => {
  t.match(newImageName(Date.UTC(2025, 0, 2, 3, 4, 5), png), /^20250102_030405_[0-9a-f]{32}\.png$/);
  t.ok(newImageName(Date.UTC(2025, 8, 9), png) < newImageName(Date.UTC(2025, 9, 1), png));
  t.equal(new Set(Array.from({ length: 1000 }, () => newImageName(0, png))).size, 1000);
  t.equal(etagOf(name, 255), `"${'0123456789abcdef'.repeat(2)}-ff"`);
  t.end();
});

t.test('nothing but such a name passes for one', (t) => {
  t.ok(isImageName(name));
  for (const odd of oddNames(name)) t.notOk(isImageName(odd), JSON.stringify(odd));
  t.end();
});

t.test('our own addresses are known on any host, by any path, with and without a query', async (t) => {
  const ours: readonly string[] = [
    `https://pollux.example/images/${name}`,
    `http://127.0.0.1:7860/images/${name}`,
    `https://pollux.example/v1/images/${name}`,
    `https://pollux.example/some/folder/images/${name}`,
    `https://pollux.example/images/${name}?expires=1&signature=abc`,
    `https://pollux.example/images/${name}#part`,
    `/images/${name}`,
  ];
  for (const url of ours) await t.test(url, async (t) => t.equal(ownImageNameIn(url), name));
  const others: readonly string[] = [
    '',
    'nonsense',
    `https://cdn.example/${name}`,
    `https://cdn.example/images/x/${name}`,
    `https://cdn.example/images/${name}/x`,
    `https://cdn.example/?/images/${name}`,
    `https://cdn.example/#/images/${name}`,
    'https://cdn.example/images/other.png',
    `https://cdn.example/images/%2e%2e/${name}`,
    `file:///images/${name}`,
    `javascript:/images/${name}`,
    `data:image/png,/images/${name}`,
    `https://cdn.example/${'x'.repeat(5000)}/images/${name}`,
    `http://[/images/${name}`,
  ];
  for (const url of others) await t.test(url.slice(0, 80), async (t) => t.equal(ownImageNameIn(url), null));
  t.equal(imageNameIn(`https://cdn.example/bucket/${name}?e=1&token=2`), name, 'a bucket may have any path before the name');
});
