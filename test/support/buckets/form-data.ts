/** One part of a multipart/form-data body. */
export type FormPart = { readonly name: string; readonly type: string | null; readonly bytes: Buffer };

const headOf = (head: string): Pick<FormPart, 'name' | 'type'> => ({
  name: /;\s*name="([^"]*)"/i.exec(head)?.[1] ?? '',
  type: /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? null,
});

/** Reads a form strictly (RFC 7578): every part must have its head and the last boundary must be there; else null. */
export const readForm = (contentType: string, body: Buffer): readonly FormPart[] | null => {
  const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?$/i.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  const parts: FormPart[] = [];
  const opening = `--${boundary}`;
  for (let at = 0; ; ) {
    if (body.toString('latin1', at, at + opening.length) !== opening) return null;
    const after = at + opening.length;
    if (body.toString('latin1', after, after + 2) === '--') return parts;
    const headEnd = body.indexOf('\r\n\r\n', after);
    const end = headEnd === -1 ? -1 : body.indexOf(`\r\n${opening}`, headEnd + 4);
    if (end === -1) return null;
    parts.push({ ...headOf(body.toString('utf8', after + 2, headEnd)), bytes: body.subarray(headEnd + 4, end) });
    at = end + 2;
  }
};
