import type { Bound } from '../wire/bounds.ts';

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

/** The bounds of a request to complete texts. */
export const completionBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'prompt', most: 16_384, of: 'items' },
  { path: 'prompt.*', most: 16_384, of: 'items', inAll: true },
  { path: 'stop', most: 64, of: 'items' },
  { path: 'logit_bias', most: 1024, of: 'fields' },
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

/** The bounds of a request to the Responses API: those of a chat, by its own words. */
export const responsesBounds: readonly Bound[] = [
  { path: 'model', most: names, of: 'characters' },
  { path: 'input', most: 10_000, of: 'items' },
  { path: 'input.*.content', most: 20_000, of: 'items', inAll: true },
  { path: 'input.*.output', most: 20_000, of: 'items', inAll: true },
  { path: 'input.*.tools', most: 512, of: 'items', inAll: true },
  { path: 'input.*.name', most: names, of: 'characters' },
  { path: 'input.*.namespace', most: names, of: 'characters' },
  { path: 'input.*.call_id', most: names, of: 'characters' },
  { path: 'tools', most: 512, of: 'items' },
  { path: 'tools.*.tools', most: 512, of: 'items', inAll: true },
  { path: 'tools.*.name', most: names, of: 'characters' },
  { path: 'tools.*.tools.*.name', most: names, of: 'characters' },
  { path: 'tool_choice.name', most: names, of: 'characters' },
  { path: 'tool_choice.tools', most: 512, of: 'items' },
  { path: 'include', most: 64, of: 'items' },
  { path: 'previous_response_id', most: names, of: 'characters' },
];
