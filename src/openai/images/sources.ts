import { toBase64 } from '../../kernel/base64.ts';
import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { isObject } from '../../kernel/is-object.ts';
import { pictureFault } from '../../gemini/media-kind.ts';
import type { RequestBlob } from '../../gemini/request.ts';
import { isFormFile } from '../../ports/form.ts';
import { fromBase64, fromDataUrl, isDataUrl, isWebAddress } from '../../gemini/inline-media.ts';

/** A picture of a request: its bytes, or the web address to read it from. `path` names its field. */
export type ImageSource = { readonly path: string } & ({ readonly blob: RequestBlob } | { readonly url: string });

type Read = E.Either<ProxyError, ImageSource>;

const mostImages = 16;

/** A 400 where media is no picture. */
export const checkedPicture = (blob: RequestBlob, path: string): E.Either<ProxyError, RequestBlob> => {
  const fault = pictureFault(blob.mimeType);
  if (fault !== null) return E.left(invalid(`'${path}' ${fault}.`, path, 'invalid_value'));
  return blob.mimeType.startsWith('image/')
    ? E.right(blob)
    : E.left(invalid(`'${path}' is not a picture.`, path, 'invalid_value'));
};

const inlineSource = (blob: E.Either<ProxyError, RequestBlob>, path: string): Read =>
  pipe(
    blob,
    E.flatMap((read) => checkedPicture(read, path)),
    E.map((picture) => ({ path, blob: picture })),
  );

const ofText = (text: string, path: string): Read => {
  if (isWebAddress(text)) return E.right({ path, url: text.trim() });
  return inlineSource(isDataUrl(text) ? fromDataUrl(text, path) : fromBase64(text, { declared: '' }, path), path);
};

const ofLink = (link: unknown, path: string): Read => {
  const [url, at] = isObject(link) ? [link['url'], `${path}.url`] : [link, path];
  return typeof url === 'string'
    ? ofText(url, at)
    : E.left(invalid(`Invalid value for '${at}': expected a string.`, at, 'invalid_value'));
};

const readOne = (value: unknown, path: string): Read => {
  if (typeof value === 'string') return ofText(value, path);
  if (isFormFile(value))
    return inlineSource(
      fromBase64(toBase64(value.bytes), { declared: value.mimeType, name: value.filename }, path),
      path,
    );
  if (isObject(value) && value['image_url'] != null) return ofLink(value['image_url'], `${path}.image_url`);
  if (isObject(value) && value['file_id'] != null) {
    const at = `${path}.file_id`;
    return E.left(
      invalid(`'${at}': files kept elsewhere are not known here, send the picture itself.`, at, 'unsupported_value'),
    );
  }
  return E.left(
    invalid(
      `Invalid value for '${path}': expected a file, a data: URL, base64 or a web address.`,
      path,
      'invalid_value',
    ),
  );
};

/**
 * The pictures of a field: one or a list of files, data: URLs, base64, web addresses, or objects with `image_url`
 * (OpenAI's JSON body). Nothing and empty strings are no pictures.
 */
export const imageSources = (value: unknown, field: string): E.Either<ProxyError, readonly ImageSource[]> => {
  if (value == null || value === '') return E.right([]);
  if (Array.isArray(value) && value.length > mostImages)
    return E.left(invalid(`'${field}' takes at most ${mostImages} pictures.`, field, 'invalid_value'));
  const listed: readonly (readonly [unknown, string])[] = Array.isArray(value)
    ? value.map((one, at) => [one, `${field}.${at}`])
    : [[value, field]];
  const sources: ImageSource[] = [];
  for (const [one, path] of listed) {
    const read = readOne(one, path);
    if (E.isLeft(read)) return read;
    sources.push(read.right);
  }
  return E.right(sources);
};
