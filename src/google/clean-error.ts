import { keyPattern } from '../gemini/key-pattern.ts';
import { googleErrorIn } from '../gemini/google-error.ts';
import { isObject } from '../kernel/is-object.ts';
import { jsonText } from '../kernel/well-formed.ts';

/** Links that lead to the owner's project, to be switched on or paid; those to Google's documentation stay. */
const link = /https?:\/\/[^\s"'<>)]+/g;
const harmlessLink = /^https:\/\/(?:ai\.google\.dev\/|generativelanguage\.googleapis\.com\/[\w./-]*[\w/-]$)/;

const project = /\bprojects?(?:[\s_/:=#-]|number|id|'|")+[\w-]*\d[\w-]*/gi;
/** A project's number, or a billing account's, standing alone. */
const longNumber = /(?<![\w.-])\d{9,16}(?![\w.-])/g;
const account = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const consumer = /\bapi_key:[\w.-]+/g;

const cleanText = (text: string, secret: string): string =>
  text
    .replaceAll(secret, '[key]')
    .replace(consumer, '[key]')
    .replace(keyPattern, '[key]')
    .replace(link, (found) => (harmlessLink.test(found) ? found : '[link]'))
    .replace(account, '[account]')
    .replace(project, 'project […]')
    .replace(longNumber, '[…]');

/** Links for the owner, and who of Google's services is asked by whom. */
const isForOwner = (detail: unknown): boolean =>
  isObject(detail) && typeof detail['@type'] === 'string' && detail['@type'].endsWith('google.rpc.Help');

const ownersFields: ReadonlySet<string> = new Set(['consumer', 'containerInfo', 'activationUrl', 'email', 'subject']);

const mostDepth = 10;

const cleanValue = (value: unknown, secret: string, depth = 0): unknown => {
  if (depth > mostDepth) return null;
  if (typeof value === 'string') return cleanText(value, secret);
  if (Array.isArray(value)) return value.map((each) => cleanValue(each, secret, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inside]) =>
      ownersFields.has(name) ? [] : [[name, name === '@type' ? inside : cleanValue(inside, secret, depth + 1)]],
    ),
  );
};

/**
 * An error of Google's as its caller may read it: code, word, message and details stay, keys, projects, accounts and
 * the links to them don't. One that holds none of those is the text as it came, and null is for what is none of
 * Google's.
 */
export const cleanError = (text: string, secret: string): string | null => {
  const error = googleErrorIn(text);
  if (error === null) return null;
  const details = Array.isArray(error['details']) ? error['details'].filter((detail) => !isForOwner(detail)) : null;
  const kept = cleanValue({ ...error, ...(details === null ? {} : { details }) }, secret);
  if (jsonText(kept) === jsonText(error)) return text;
  const whole = { error: kept };
  return jsonText(text.trimStart().startsWith('[') ? [whole] : whole);
};
