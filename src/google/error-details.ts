import { harmlessText } from '../gemini/harmless-text.ts';
import { isObject } from '../kernel/is-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a field of Google's details may hold: words for people, a word for programs, or more of these. */
type Kind = 'sentence' | 'word' | Kinds | ListOf;
type Kinds = { readonly [field: string]: Kind };
/** A list; `each` is what it holds. */
type ListOf = { readonly listOf: Kinds };

/** google.rpc's details (error_details.proto), each with the fields that a caller may read; the rest is the owner's. */
const shown: Readonly<Record<string, Kinds>> = {
  RetryInfo: { retryDelay: 'word' },
  ErrorInfo: {
    reason: 'word',
    domain: 'word',
    metadata: { service: 'word', model: 'word', method: 'word', quota_limit: 'word', quota_metric: 'word' },
  },
  QuotaFailure: {
    violations: {
      listOf: {
        quotaMetric: 'word',
        quotaId: 'word',
        quotaValue: 'word',
        quotaDimensions: { model: 'word', location: 'word' },
        description: 'sentence',
      },
    },
  },
  PreconditionFailure: { violations: { listOf: { type: 'word', description: 'sentence' } } },
  BadRequest: { fieldViolations: { listOf: { field: 'sentence', description: 'sentence', reason: 'word' } } },
};

/** A name, a metric, a quota, a time: Google's words for programs hold no space, and no number as long as a project's. */
const isWord = (text: string): boolean => text.length <= 200 && /^[\w./:-]*$/.test(text) && !/\d{9}/.test(text);

const mostInList = 50;

const isListOf = (kind: Kinds | ListOf): kind is ListOf => typeof kind['listOf'] === 'object';

const showField = (value: unknown, kind: Kind): unknown => {
  if (kind === 'sentence') return typeof value === 'string' ? harmlessText(value) : undefined;
  if (kind === 'word') return typeof value === 'string' && isWord(value) ? value : undefined;
  if (!isListOf(kind)) return isObject(value) ? showFields(value, kind) : undefined;
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, mostInList).filter(isObject).map((each) => showFields(each, kind.listOf));
};

const showFields = (value: Fields, kinds: Kinds): Fields =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, inside]) => {
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      const field = kind === undefined ? undefined : showField(inside, kind);
      return field === undefined ? [] : [[name, field]];
    }),
  );

const typePrefix = 'type.googleapis.com/google.rpc.';

/** The details of an error as its caller may read them; kinds that nobody knew are left out. */
export const showDetails = (details: readonly unknown[]): readonly Fields[] =>
  details.slice(0, mostInList).flatMap((detail) => {
    if (!isObject(detail) || typeof detail['@type'] !== 'string') return [];
    const type = detail['@type'];
    const name = type.startsWith(typePrefix) ? type.slice(typePrefix.length) : '';
    const kinds = Object.hasOwn(shown, name) ? shown[name] : undefined;
    return kinds === undefined ? [] : [{ '@type': type, ...showFields(detail, kinds) }];
  });
