import { E, pipe } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Form, FormValue } from '../ports/form.ts';
import { formBounds, formParts, type FormFault, type FormPart } from './form-parts.ts';

/** True for a multipart form. */
export const isForm = (contentType: string | null): contentType is string =>
  /^\s*multipart\/form-data\b/i.test(contentType ?? '');

const invalidForm = (message: string): ProxyError => invalid(message, null, 'invalid_value');

const faults: Readonly<Record<FormFault, ProxyError>> = {
  broken: invalidForm('The request body is not a valid multipart form.'),
  'too many parts': invalidForm(`The request body is a form of more than ${formBounds.parts} parts.`),
  'too long a head': invalidForm(
    `A part of the form in the request body has headers of more than ${formBounds.headBytes} bytes.`,
  ),
};

/** UTF-8 unless the part says otherwise: older Java clients send ISO-8859-1 and tell it (RFC 7578 §4.4). */
const textOf = ({ bytes, mimeType }: FormPart): string => {
  const charset = /;\s*charset="?([\w.:-]{1,40})/i.exec(mimeType)?.[1];
  const asUtf8 = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (charset === undefined || /^utf-?8$/i.test(charset)) return asUtf8();
  return pipe(
    E.tryCatch(() => new TextDecoder(charset).decode(bytes), () => null),
    E.getOrElse(asUtf8),
  );
};

/** A part with a file name is a file. */
const valueOf = (part: FormPart): FormValue =>
  part.filename === null ? textOf(part) : { filename: part.filename, mimeType: part.mimeType, bytes: part.bytes };

/** `image[]` and `image[0]` are the list `image`. */
const listIndex = /\[\d*\]$/;

const formOf = (parts: readonly FormPart[]): Form => {
  const values = new Map<string, FormValue[]>();
  const lists = new Set<string>();
  for (const part of parts) {
    const plain = part.name.replace(listIndex, '');
    const known = values.get(plain);
    if (plain !== part.name || known !== undefined) lists.add(plain);
    if (known === undefined) values.set(plain, [valueOf(part)]);
    else known.push(valueOf(part));
  }
  return Object.fromEntries([...values].map(([name, those]) => [name, lists.has(name) ? those : (those[0] ?? '')]));
};

/** Reads a multipart form; files keep their name and type, and their bytes are those of the body. */
export const readForm = (bytes: Uint8Array, contentType: string): E.Either<ProxyError, Form> => {
  const parts = formParts(bytes, contentType);
  return typeof parts === 'string' ? E.left(faults[parts]) : E.right(formOf(parts));
};
