import { encloseText, textOf, type LongText } from '../../../kernel/unread-text.ts';
import type { AnswerEvent, CallEvent, MediaEvent, PictureEvent } from '../../../gemini/answer/answer-event.ts';
import { fileWords } from '../../../gemini/answer/file-words.ts';
import { freeTextInput } from '../../../gemini/tools/free-text-tools.ts';
import { asPcm, asWav } from '../../../gemini/wav.ts';
import type { ImageReplyFormat } from '../../../wire/image-reply.ts';
import { fenceText } from '../../code-fence.ts';
import type { CallDelta, Delta, ExtraContent } from './chunk.ts';

/** How events of an answer are written. */
export type DeltaSettings = {
  /** Names of the request's custom tools, as the client knows them. */
  readonly custom: ReadonlySet<string>;
  /** The request used the deprecated `functions`: answer with `function_call`. */
  readonly isLegacy: boolean;
  readonly audio: AudioSettings;
  readonly imageReply: ImageReplyFormat;
  readonly hidesThoughts?: boolean;
};

/** How spoken answers are given back; the id and the day it ends are told with each piece. */
export type AudioSettings = { readonly format: 'wav' | 'pcm16'; readonly id: string; readonly expiresAt: number };

/** A thought signature where Google's own compatible endpoint puts it. */
const signatureField = (signature: string | undefined): { readonly extra_content?: ExtraContent } =>
  signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };

const shownWords = (text: string, isThought: boolean, hidesThoughts = false): Delta | undefined => {
  if (!isThought) return { content: text };
  return text === '' || hidesThoughts ? undefined : { reasoning_content: text };
};

const callPayload = (
  { name, text, input }: CallEvent,
  custom: ReadonlySet<string>,
): Pick<CallDelta, 'type' | 'function' | 'custom'> =>
  custom.has(name)
    ? { custom: { name, input: freeTextInput(input) } }
    : { type: 'function', function: { name, arguments: text } };

/** A call as the client knows it; `calls` were made before. */
const callDelta = (event: CallEvent, calls: number, { custom, isLegacy }: DeltaSettings): Delta => {
  const { id, name, text, signature } = event;
  return isLegacy
    ? { function_call: { name, arguments: text }, ...signatureField(signature) }
    : { tool_calls: [{ index: calls, id, ...callPayload(event, custom), ...signatureField(signature) }] };
};

const around = (before: string, text: LongText, after: string): LongText =>
  typeof text === 'string' ? `${before}${text}${after}` : encloseText(before, text, after);

/** A picture by its address: in the store, or a data: URL where it was not stored. */
const pictureDelta = ({ mimeType, url, data }: PictureEvent, format: ImageReplyFormat): Delta => {
  const address = url ?? around(`data:${mimeType};base64,`, data, '');
  return format === 'images'
    ? { images: [{ type: 'image_url', image_url: { url: address } }] }
    : { content: around('![](', address, ')') };
};

const audioDelta = ({ mimeType, data }: MediaEvent, { format, id, expiresAt }: AudioSettings): Delta => {
  const encode = format === 'wav' ? asWav : asPcm;
  return { audio: { id, data: encode(textOf(data), mimeType), transcript: '', expires_at: expiresAt } };
};

/**
 * What an event adds to a choice; undefined when there is nothing to show. A thought goes to reasoning_content, and a
 * thought's picture is a draft that nobody asked for.
 */
export const eventDelta = (event: AnswerEvent, calls: number, settings: DeltaSettings): Delta | undefined => {
  switch (event.kind) {
    case 'text':
      return { content: event.text, ...signatureField(event.signature) };
    case 'thought':
      return shownWords(event.text, true, settings.hidesThoughts);
    case 'call':
      return callDelta(event, calls, settings);
    case 'picture':
      return event.isDraft ? undefined : pictureDelta(event, settings.imageReply);
    case 'sound':
      return audioDelta(event, settings.audio);
    case 'file':
      return { content: fileWords(event) };
    case 'code': {
      const { language = 'python', code = '' } = event.code;
      return shownWords(fenceText(language.toLowerCase(), code), event.isThought, settings.hidesThoughts);
    }
    case 'code result':
      return shownWords(fenceText('', event.result.output ?? ''), event.isThought, settings.hidesThoughts);
    default:
      return undefined;
  }
};
