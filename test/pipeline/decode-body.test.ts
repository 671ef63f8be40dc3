import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import { decodeBody } from '../../src/pipeline/decode-body.ts';
import { isFormFile } from '../../src/ports/form.ts';
import { receivedWith } from '../support/capabilities.ts';

const decoded = async (body: Uint8Array, contentType: string | null) => {
  const received = receivedWith({}, { contentType, readBody: TE.right(body) });
  const read = await decodeBody((value) => E.right(value))({ ...received, authorized: true, permit: null })();
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
