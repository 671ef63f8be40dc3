import fc from 'fast-check';
import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import { decodeBody } from '../../src/pipeline/decode-body.ts';
import { lookUp } from '../../src/pipeline/look-up.ts';
import { formParts } from '../../src/pipeline/form-parts.ts';
import { isFormFile } from '../../src/ports/form.ts';
import { freely, receivedWith } from '../support/capabilities.ts';

const decoded = async (body: Uint8Array, contentType: string | null) => {
  const received = receivedWith({}, { contentType, readBody: TE.right(body) });
  const read = await decodeBody((value) => E.right(value))({ received: { ...received, authorized: true }, permit: null })();
  return E.map(({ asked }: { readonly asked: unknown }) => asked)(read);
};

const formOf = async (form: FormData) => {
  const response = new Response(form);
  return { body: new Uint8Array(await response.arrayBuffer()), type: response.headers.get('content-type') };
};

t.test('a form becomes a record: single values, lists, and files with name, type and bytes', async (t) => {
  const form = new FormData();
  form.append('prompt', 'grün');
  form.append('image[]', new Blob([new Uint8Array([1, 2])], { type: 'image/png' }), 'a.png');
  form.append('mask', new Blob([new Uint8Array([3])]), 'm.png');
  form.append('twice', 'a');
  form.append('twice', 'b');
  const { body, type } = await formOf(form);
  const read = await decoded(body, type);
  t.match(read, E.right({ prompt: 'grün', image: [{ filename: 'a.png', mimeType: 'image/png', bytes: new Uint8Array([1, 2]) }], mask: { filename: 'm.png' }, twice: ['a', 'b'] }));
  t.ok(E.isRight(read) && isFormFile((read.right as { readonly mask: unknown }).mask));
});

t.test('a form that is none is told', async (t) => {
  const { body } = await formOf(new FormData());
  t.match(await decoded(body, 'multipart/form-data'), E.left({ tag: 'InvalidRequest', message: /multipart/ }), 'no boundary');
  t.match(await decoded(Buffer.from('hello'), 'multipart/form-data; boundary=x'), E.left({ tag: 'InvalidRequest' }));
});

t.test('names of parts and files come as they were meant, whoever wrote them', async (t) => {
  const part = (head: string, content = 'x'): string => `--b\r\n${head}\r\n\r\n${content}\r\n`;
  const form = (...parts: readonly string[]): Buffer => Buffer.from(`${parts.join('')}--b--\r\n`);
  const named = async (head: string) => {
    const read = await decoded(form(part(head)), 'multipart/form-data; boundary="b"');
    return E.isRight(read) ? Object.entries(read.right as object).map(([name, value]) => [name, isFormFile(value) ? value.filename : value]) : read;
  };
  t.same(await named('content-disposition: form-data; name=plain'), [['plain', 'x']]);
  t.same(await named('Content-Disposition: form-data; name="a%22b"'), [['a"b', 'x']]);
  t.same(await named('Content-Type: image/png\r\nContent-Disposition: form-data; name="f"; filename="a\\"b.png"'), [['f', 'a"b.png']]);
  t.same(await named("Content-Disposition: form-data; name=f; filename*=utf-8''gr%C3%BCn.png"), [['f', 'grün.png']]);
  t.same(await named("Content-Disposition: form-data; name=f; filename*=utf-8''gr%ZZ.png"), [['f', 'gr%ZZ.png']]);
  t.same(await named('Content-Disposition: form-data; name=f; filename=""'), [['f', '']]);
  t.same(await named('Content-Disposition: form-data; filename="a; name=b; filename=c.png"; name="f"'), [['f', 'a; name=b; filename=c.png']], 'what stands in quotes is no parameter');
  t.same(await named('Content-Disposition:form-data ; NAME = "f" ; FileName = a.png'), [['f', 'a.png']]);
  const latin = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\n'), Buffer.from([0x67, 0x72, 0xfc, 0x6e]), Buffer.from('\r\n--b--')]);
  t.same(await decoded(latin, 'multipart/form-data; boundary=b'), E.right({ a: 'grün' }), 'a text says in which characters it is');
  t.same(await decoded(form(part('Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=nothing', 'grün')), 'multipart/form-data; boundary=b'), E.right({ a: 'grün' }));
  t.same(await decoded(form(part('Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: BASE64', 'Z3LD\r\nvG4=')), 'multipart/form-data; boundary=b'), E.right({ a: 'grün' }));
  t.same(await decoded(Buffer.from('--b \t\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n--b  \r\ncontent-disposition: form-data; name=c\r\n\r\ny\r\n--b--'), 'multipart/form-data; boundary=b'), E.right({ a: 'x', c: 'y' }), 'blanks behind a boundary');
  const texts = form(part('content-disposition: form-data; name=a', ''), part('content-disposition: form-data; name=b', '\r\n--\r\n'));
  t.same(await decoded(texts, 'multipart/form-data; boundary=b'), E.right({ a: '', b: '\r\n--\r\n' }));
  t.same(await decoded(Buffer.concat([Buffer.from('preamble\r\n'), texts]), 'multipart/form-data; boundary=b'), E.right({ a: '', b: '\r\n--\r\n' }));
  t.same(await decoded(Buffer.from('--b--'), 'multipart/form-data; boundary=b'), E.right({}), 'a form of nothing');
  for (const broken of ['--b', '--b\r\n', '--b\r\n\r\n\r\n--b--', '--b\r\nx: y\r\n\r\n', part('content-disposition: form-data; name=a'), `${part('content-disposition: attachment; name=a')}--b--`]) {
    t.match(await decoded(Buffer.from(broken), 'multipart/form-data; boundary=b'), E.left({ tag: 'InvalidRequest', message: /not a valid multipart/ }), broken);
  }
});

t.test('a form of whatever parts is read as Node itself reads it', async () => {
  const values = fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.oneof(fc.string(), fc.uint8Array())), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(values, async (given) => {
      const sent = new FormData();
      for (const [name, value] of given) sent.append(`n${name.replaceAll(/[[\]\\]/g, '')}`, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]), ...(typeof value === 'string' ? [] : ['f']));
      const { body, type } = await formOf(sent);
      const parts = formParts(body, type ?? '');
      const expected = await new Response(body, { headers: { 'content-type': type ?? '' } }).formData();
      const read = typeof parts === 'string' ? parts : parts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('hex')]);
      const wanted = await Promise.all([...expected].map(async ([name, value]) => [name, (typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer())).toString('hex')]));
      return JSON.stringify(read) === JSON.stringify(wanted);
    }),
    { numRuns: 60, examples: [[[['%0a %0D%0A%22', 'small and large']]]] },
  );
});

t.test('a form of too many parts, or with too long a head, is refused before it is read', async (t) => {
  const many = Buffer.from(`${'--b\r\ncontent-disposition: form-data; name=a\r\n\r\nx\r\n'.repeat(100_000)}--b--`);
  const began = performance.now();
  t.match(await decoded(many, 'multipart/form-data; boundary=b'), E.left({ tag: 'InvalidRequest', message: /more than 256 parts/ }));
  t.ok(performance.now() - began < 1000);
  const head = `--b\r\ncontent-disposition: form-data; name=a\r\nx: ${'y'.repeat(5000)}\r\n\r\nx\r\n--b--`;
  t.match(await decoded(Buffer.from(head), 'multipart/form-data; boundary=b'), E.left({ tag: 'InvalidRequest', message: /headers of more than 4096 bytes/ }));
  const name = `--b\r\ncontent-disposition: form-data; name=${'y'.repeat(300)}\r\n\r\nx\r\n--b--`;
  t.match(await decoded(Buffer.from(name), 'multipart/form-data; boundary=b'), E.left({ tag: 'InvalidRequest' }));
});

t.test('values shorter than their share of the bytes are reserved before they are parsed', async (t) => {
  const ask = async (body: string, most: number) => {
    const taken = { bytes: 0 };
    const take = (bytes: number): ProxyError | null => {
      if (taken.bytes + bytes > most) return { tag: 'Busy', message: 'full' };
      taken.bytes += bytes;
      return null;
    };
    const received = receivedWith({}, { readBody: TE.right(Buffer.from(body)), held: { request: { ...freely, take }, answer: freely } });
    const read = await decodeBody((value) => E.right(value))({ received: { ...received, authorized: true }, permit: null })();
    return [E.isLeft(read) ? read.left.tag : 'read', taken.bytes];
  };
  const many = (count: number): string => `{"a":[${'{},'.repeat(count)}{}]}`;
  for (const count of [20_000, 190_000]) {
    const [read, held] = await ask(many(count), Infinity);
    t.equal(read, 'read');
    t.ok(Number(held) > count * 64, `${count}: ${held}`);
    t.match(await ask(many(count), count * 32), ['Busy', /^\d+$/]);
  }
  t.same(await ask(JSON.stringify({ text: 'x, {} [] '.repeat(100_000), list: Array.from({ length: 4000 }, () => 'y'.repeat(100)) }), 0), ['read', 0], 'texts pay for themselves');
});

t.test('everything else is JSON', async (t) => {
  t.same(await decoded(Buffer.from('{"a":1}'), null), E.right({ a: 1 }));
  t.match(await decoded(Buffer.from('{"a":'), 'application/json'), E.left({ code: 'invalid_json' }));
});

t.test('a byte order mark before JSON is passed over; inside or twice it is not', async (t) => {
  t.same(await decoded(Buffer.from('\ufeff{"a":1}'), null), E.right({ a: 1 }));
  t.match(await decoded(Buffer.from('\ufeff\ufeff{"a":1}'), null), E.left({ code: 'invalid_json' }));
});

t.test('a body that would unfold into gigabytes is refused before it is parsed', async (t) => {
  t.match(await decoded(Buffer.from(`[${'{},'.repeat(1_000_000)}{}]`), null), E.left({ tag: 'InvalidRequest', message: /more than 1000000 values/ }));
  t.match(await decoded(Buffer.from('['.repeat(101)), null), E.left({ tag: 'InvalidRequest', message: /deeper than 100/ }));
});

t.test('a request that refers to much is as large as if it had brought that', async (t) => {
  const asked = { ...receivedWith({}), authorized: true as const, permit: null, asked: 'a' };
  for (const [bytes, isLarge] of [[1000, false], [4_000_000, true]] as const) {
    const looking = lookUp<string>({ lookUp: (text, { memory }) => (memory.take(bytes), TE.right(text)) });
    t.match(await looking(asked)(), E.right({ asked: 'a', isLargeBody: isLarge }));
  }
  t.match(await lookUp<string>({ lookUp: TE.right })({ ...asked, isLargeBody: true })(), E.right({ isLargeBody: true }));
});
