import { isJsonObject } from '../is-json-object.ts';
import type { Json, JsonObject } from '../request.ts';

/** A schema with the one that its own references begin at: the document, or the nearest around it with an `$id`. */
export type Place = { readonly schema: Json; readonly resource: JsonObject; readonly name: string };

/** What a document calls by an address or an anchor; made when the first reference asks for one. */
type Addresses = ReadonlyMap<string, Place>;

/** Finds what `$ref` stands for, seen from a resource; nothing for what is not in the document. */
export type FindReference = (ref: string, resource: JsonObject) => Place | undefined;

const unescapePointer = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** One step of a pointer (RFC 6901 §4); only what an object has itself is there. */
const stepInto = (at: Json, token: string): Json | undefined => {
  const name = token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
  if (Array.isArray(at)) return /^(?:0|[1-9]\d{0,8})$/.test(name) ? at[Number(name)] : undefined;
  return isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
};

const idOf = (schema: JsonObject): string | undefined => {
  const id = schema['$id'] ?? schema['id'];
  return typeof id === 'string' ? id : undefined;
};

/** True for a schema that is a document of its own. Draft 4 wrote `id`, older drafts `$id: "#name"` for an anchor. */
export const isResource = (schema: JsonObject): boolean => {
  const id = idOf(schema);
  return id !== undefined && !id.startsWith('#');
};

/** Follows a pointer, percent-decoded as a fragment is (RFC 6901 §6); a resource on the way is where it ends up. */
const followPointer = (pointer: string, resource: JsonObject): Place | undefined => {
  const path = pointer.includes('%') ? unescapePointer(pointer) : pointer;
  let at: Json | undefined = resource;
  let home = resource;
  let name = '';
  for (let from = 1; from <= path.length; from += name.length + 1) {
    const end = path.indexOf('/', from);
    name = path.slice(from, end === -1 ? path.length : end);
    at = stepInto(at, name);
    if (at === undefined) return undefined;
    if (isJsonObject(at) && isResource(at)) home = at;
  }
  return { schema: at, resource: home, name };
};

const noBase = 'schema:///';

/**
 * Longer references and addresses name nothing: each is read in full wherever it stands, and thousands may share one.
 */
const longestAddress = 2048;

/** What has so long an address cannot be referred to. */
const nowhere = 'schema:///too-long';

const absoluteUri = (ref: string, base: string): string => {
  if (ref.length > longestAddress) return nowhere;
  try {
    const { href } = new URL(ref, base);
    return href.length > longestAddress ? nowhere : href;
  } catch {
    return ref;
  }
};

/** Values, not schemas: what looks like an address in them is none. */
const values: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

type Walk = { readonly found: Map<string, Place>; readonly bases: Map<JsonObject, string> };

const collectResources = (
  schema: Json,
  { found, bases }: Walk,
  around: { readonly resource: JsonObject; readonly base: string },
): void => {
  if (Array.isArray(schema)) for (const one of schema) collectResources(one, { found, bases }, around);
  if (!isJsonObject(schema)) return;
  const id = idOf(schema);
  const starts = id !== undefined && isResource(schema);
  const resource = starts ? schema : around.resource;
  const base = starts ? absoluteUri(id, around.base).replace(/#$/, '') : around.base;
  const here = { schema, resource, name: '' };
  if (starts) {
    found.set(base, here);
    bases.set(schema, base);
  }
  const anchor = schema['$anchor'] ?? schema['$dynamicAnchor'] ?? (starts ? undefined : id?.slice(1));
  if (typeof anchor === 'string') found.set(`${base}#${anchor}`, { ...here, name: anchor });
  for (const keyword in schema)
    if (!values.has(keyword)) collectResources(schema[keyword] ?? null, { found, bases }, { resource, base });
};

const addressesOf = (
  document: JsonObject,
): { readonly found: Addresses; readonly bases: ReadonlyMap<JsonObject, string> } => {
  const walk: Walk = { found: new Map(), bases: new Map([[document, noBase]]) };
  collectResources(document, walk, { resource: document, base: noBase });
  return walk;
};

/** `$defs` and `definitions` are two names of one thing: what is not under the one may be under the other. */
const otherName = (pointer: string): string =>
  pointer.startsWith('/definitions/')
    ? pointer.replace('/definitions/', () => '/$defs/')
    : pointer.replace(/^\/\$defs\//, '/definitions/');

type Known = ReturnType<typeof addressesOf>;

const findByAddress = (
  ref: string,
  base: string,
  { document, found }: { readonly document: JsonObject; readonly found: Addresses },
): Place | undefined => {
  if (ref.startsWith('#'))
    return (
      found.get(`${base}#${unescapePointer(ref.slice(1))}`) ?? found.get(`${noBase}#${unescapePointer(ref.slice(1))}`)
    );
  const [address = '', fragment = ''] = absoluteUri(ref, base).split('#', 2);
  const whole =
    found.get(address) ?? (address === noBase ? { schema: document, resource: document, name: '' } : undefined);
  if (fragment === '' || whole === undefined) return whole;
  return fragment.startsWith('/')
    ? followPointer(fragment, whole.resource)
    : found.get(`${address}#${unescapePointer(fragment)}`);
};

/**
 * References of one document: pointers (`#/$defs/a~1b%20c`), anchors and addresses of schemas in it. What is elsewhere
 * is not fetched. Pointers are looked up in the resource around the reference, then in the whole document.
 */
export const referencesOf = (document: JsonObject): FindReference => {
  let known: Known | undefined;
  return (ref, resource) => {
    if (ref.length > longestAddress) return undefined;
    if (ref === '#' || ref === '') return { schema: resource, resource, name: '' };
    if (ref.startsWith('#/'))
      return (
        followPointer(ref.slice(1), resource) ??
        followPointer(otherName(ref.slice(1)), resource) ??
        followPointer(ref.slice(1), document)
      );
    known ??= addressesOf(document);
    return findByAddress(ref, known.bases.get(resource) ?? noBase, { document, found: known.found });
  };
};
