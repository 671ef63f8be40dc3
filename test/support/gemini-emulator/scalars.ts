type Scalar = { readonly shown: string; readonly takes: (value: unknown) => boolean };

const isText = (value: unknown): value is string => typeof value === 'string';
const isInt32 = (value: unknown): boolean => Number.isInteger(value) && Math.abs(Number(value)) <= 2_147_483_648;

/** base64 in either alphabet, padded or not. */
const isBase64 = (text: string): boolean => /^[\w+/-]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1;

const googleType = (name: string): string => `type.googleapis.com/google.protobuf.${name}`;

/** Scalars of a request: their name in Google's error texts, and what they take. */
export const scalars: Readonly<Record<string, Scalar>> = {
  string: { shown: 'TYPE_STRING', takes: isText },
  bool: { shown: 'TYPE_BOOL', takes: (value) => typeof value === 'boolean' },
  int32: { shown: 'TYPE_INT32', takes: isInt32 },
  int64: { shown: 'TYPE_INT64', takes: (value) => Number.isInteger(value) || (isText(value) && /^-?\d+$/.test(value)) },
  double: { shown: 'TYPE_DOUBLE', takes: (value) => typeof value === 'number' },
  bytes: { shown: 'TYPE_BYTES', takes: (value) => isText(value) && isBase64(value) },
  /** Bytes as well, but two documented words are taken, which are not base64. */
  signature: { shown: 'TYPE_BYTES', takes: (value) => isText(value) && /^[\w+/=-]*$/.test(value) },
  duration: { shown: googleType('Duration'), takes: (value) => isText(value) && /^-?\d+(\.\d+)?s$/.test(value) },
  timestamp: { shown: googleType('Timestamp'), takes: (value) => isText(value) && !Number.isNaN(Date.parse(value)) },
};
