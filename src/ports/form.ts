/** A file that came in a multipart form. */
export type FormFile = { readonly filename: string; readonly mimeType: string; readonly bytes: Uint8Array };

/** A text or a file of a form. */
export type FormValue = string | FormFile;

/** A multipart form as a record: what stands there several times, or as `name[]`, is a list under `name`. */
export type Form = Readonly<Record<string, FormValue | readonly FormValue[]>>;

/** True for a file of a form. */
export const isFormFile = (value: unknown): value is FormFile =>
  typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array;
