import type { Bound } from '../wire/bounds.ts';

const names = 256;

/** The bounds of a request for a message. None of them is met by a client that means well (docs/reliability.md). */
export const messageBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'messages', most: 10_000, of: 'items' },
  { path: 'messages.*.content', most: 10_000, of: 'items', inAll: true },
  { path: 'messages.*.content.*.content', most: 10_000, of: 'items', inAll: true },
  { path: 'messages.*.content.*.id', most: names, of: 'characters' },
  { path: 'messages.*.content.*.name', most: names, of: 'characters' },
  { path: 'messages.*.content.*.tool_use_id', most: names, of: 'characters' },
  { path: 'system', most: 1000, of: 'items' },
  { path: 'tools', most: 512, of: 'items' },
  { path: 'tools.*.name', most: names, of: 'characters' },
  { path: 'tool_choice.name', most: names, of: 'characters' },
  { path: 'stop_sequences', most: 64, of: 'items' },
];
