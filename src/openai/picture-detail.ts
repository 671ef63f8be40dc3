import type { TurnPart } from '../gemini/conversation/turns.ts';
import type { MediaLevel } from '../gemini/request.ts';

const levels: ReadonlyMap<string, MediaLevel> = new Map([
  ['low', 'MEDIA_RESOLUTION_LOW'],
  ['high', 'MEDIA_RESOLUTION_HIGH'],
]);

/** A picture looked at as closely as OpenAI's `detail` says; `auto` and unknown words leave it to the model. */
export const withDetail = (part: TurnPart, detail: string | undefined): TurnPart => {
  const level = levels.get(detail ?? '');
  if (level === undefined) return part;
  return 'link' in part ? { ...part, level } : { ...part, mediaResolution: { level } };
};
