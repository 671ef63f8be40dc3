import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';

/**
 * How much of something a request may hold: items of a list, fields of an object, or characters of a text. `*` in a path
 * stands for all items of a list; what they hold is counted together where `inAll` says so.
 */
export type Bound = { readonly path: string; readonly most: number; readonly of: 'items' | 'fields' | 'characters'; readonly inAll?: true };

const names = 256;

const settingsPlaces = ['', 'google.', 'extra_body.google.'];

/** The bounds of a chat request. None of them is met by a client that means well (docs/reliability.md). */
export const chatBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'messages', most: 10_000, of: 'items' },
  { path: 'messages.*.content', most: 20_000, of: 'items', inAll: true },
  { path: 'messages.*.name', most: names, of: 'characters' },
  { path: 'messages.*.tool_calls', most: 10_000, of: 'items', inAll: true },
  { path: 'messages.*.tool_calls.*.function.name', most: names, of: 'characters' },
  { path: 'messages.*.tool_calls.*.custom.name', most: names, of: 'characters' },
  { path: 'messages.*.images', most: 1000, of: 'items', inAll: true },
  { path: 'messages.*.reasoning_details', most: 20_000, of: 'items', inAll: true },
  { path: 'messages.*.extra_content.google.server_tool_parts', most: 5000, of: 'items', inAll: true },
  { path: 'tools', most: 512, of: 'items' },
  { path: 'tools.*.function.name', most: names, of: 'characters' },
  { path: 'tools.*.custom.name', most: names, of: 'characters' },
  { path: 'functions', most: 512, of: 'items' },
  { path: 'functions.*.name', most: names, of: 'characters' },
  { path: 'tool_choice.function.name', most: names, of: 'characters' },
  { path: 'tool_choice.allowed_tools.tools', most: 512, of: 'items' },
  { path: 'stop', most: 64, of: 'items' },
  { path: 'metadata', most: 128, of: 'fields' },
  { path: 'logit_bias', most: 1024, of: 'fields' },
  { path: 'modalities', most: 16, of: 'items' },
  ...settingsPlaces.flatMap((place): readonly Bound[] => [
    { path: `${place}safety_settings`, most: 64, of: 'items' },
    { path: `${place}safetySettings`, most: 64, of: 'items' },
  ]),
];

/** The bounds of a request for pictures. */
export const imageBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'image', most: 16, of: 'items' },
  { path: 'images', most: 16, of: 'items' },
];

/** The bounds of a request for vectors. OpenAI takes 8,192 tokens a text, and 300,000 in one request. */
export const embeddingBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'input', most: 8192, of: 'items' },
  { path: 'input.*', most: 8192, of: 'items' },
  { path: 'input.*', most: 300_000, of: 'items', inAll: true },
];

/** The bounds of a request for speech. A text of 4096 characters has twice as many UTF-16 units at most. */
export const speechBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'input', most: 8192, of: 'characters' },
  { path: 'instructions', most: 8192, of: 'characters' },
  { path: 'voice', most: names, of: 'characters' },
  { path: 'voice.id', most: names, of: 'characters' },
];

/** The bounds of a form with a recording. */
export const transcriptionBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'language', most: names, of: 'characters' },
  { path: 'languages', most: 128, of: 'items' },
  { path: 'languages.*', most: names, of: 'characters' },
  { path: 'keywords', most: 1000, of: 'items' },
  { path: 'timestamp_granularities', most: 16, of: 'items' },
  { path: 'include', most: 16, of: 'items' },
  { path: 'known_speaker_names', most: 16, of: 'items' },
  { path: 'known_speaker_references', most: 16, of: 'items' },
];

const sizeOf = (value: unknown, of: Bound['of']): number => {
  if (of === 'characters') return typeof value === 'string' ? value.length : 0;
  if (of === 'items') return Array.isArray(value) ? value.length : 0;
  if (!isObject(value)) return 0;
  let fields = 0;
  for (const _ in value) fields += 1;
  return fields;
};

type Counted = { readonly bound: Bound; readonly steps: readonly string[]; size: number };

/** The path from step `at` on to what is over its bound; null when nothing is. Paths are put together only where one is told. */
const overIn = (value: unknown, counted: Counted, at = 0): string | null => {
  const step = counted.steps[at];
  if (step === undefined) {
    const { of, most, inAll } = counted.bound;
    counted.size = sizeOf(value, of) + (inAll === true ? counted.size : 0);
    return counted.size > most ? '' : null;
  }
  if (step !== '*') {
    const inner = isObject(value) ? value[step] : undefined;
    const over = inner == null ? null : overIn(inner, counted, at + 1);
    return over === null ? null : `.${step}${over}`;
  }
  if (!Array.isArray(value)) return null;
  for (let index = 0; index < value.length; index += 1) {
    const over = overIn(value[index], counted, at + 1);
    if (over !== null) return `.${index}${over}`;
  }
  return null;
};

const told = ({ most, of, inAll }: Bound, path: string): ProxyError =>
  invalid(`'${path}' is too ${of === 'characters' ? 'long' : 'large'}: at most ${most} ${of} are taken${inAll === true ? ' in all' : ''}.`, path, 'invalid_value');

/** Looks at nothing but counts and lengths, before any other work: a 400 that names the first field over its bound. */
export const withinBounds = (bounds: readonly Bound[]): ((body: unknown) => E.Either<ProxyError, unknown>) => {
  const compiled = bounds.map((bound) => ({ bound, steps: bound.path.split('.') }));
  return (body) => {
    for (const { bound, steps } of compiled) {
      const over = overIn(body, { bound, steps, size: 0 });
      if (over !== null) return E.left(told(bound, over.slice(1)));
    }
    return E.right(body);
  };
};
