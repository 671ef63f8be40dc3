import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { NamedImage } from './image-store.ts';

/** A multipart/form-data body with its header. */
export type Form = { readonly contentType: string; readonly body: Buffer };

const quoteName = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/**
 * The form of an upload: https://developer.qiniu.com/kodo/1272/form-upload. The checksum is zlib's, 9 ms for 20 MB; the
 * SDK's own is JavaScript and takes 80.
 */
export const qiniuForm = (token: string, { name, mimeType, bytes }: NamedImage): Form => {
  const boundary = `form-${randomUUID()}`;
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name=`;
  const fields = { token, key: name, crc32: String(crc32(bytes)) };
  const texts = Object.entries(fields).map(([field, value]) => `${opening}"${field}"\r\n\r\n${value}\r\n`);
  const head = `${texts.join('')}${opening}"file"; filename="${quoteName(name)}"\r\nContent-Type: ${quoteName(mimeType)}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
};
