import { TE } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Form, FormValue } from '../ports/form.ts';

/** True for a multipart form. */
export const isForm = (contentType: string | null): contentType is string => /^\s*multipart\/form-data\b/i.test(contentType ?? '');

const valueOf = async (value: string | File): Promise<FormValue> =>
  typeof value === 'string' ? value : { filename: value.name, mimeType: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };

/** `image[]` and `image[0]` are the list `image`. */
const listIndex = /\[\d*\]$/;

const read = async (bytes: Uint8Array, contentType: string): Promise<Form> => {
  const body = new Uint8Array(bytes);
  const values = new Map<string, FormValue[]>();
  const lists = new Set<string>();
  for (const [name, value] of await new Response(body, { headers: { 'content-type': contentType } }).formData()) {
    const plain = name.replace(listIndex, '');
    const known = values.get(plain);
    if (plain !== name || known !== undefined) lists.add(plain);
    if (known === undefined) values.set(plain, [await valueOf(value)]);
    else known.push(await valueOf(value));
  }
  return Object.fromEntries([...values].map(([name, those]) => [name, lists.has(name) ? those : (those[0] ?? '')]));
};

/** Reads a multipart form; files keep their name, type and bytes. */
export const readForm = (bytes: Uint8Array, contentType: string): TE.TaskEither<ProxyError, Form> =>
  TE.tryCatch(
    () => read(bytes, contentType),
    () => invalid('The request body is not a valid multipart form.', null, 'invalid_value'),
  );
