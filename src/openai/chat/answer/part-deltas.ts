import type { ResponsePart } from '../../../gemini/response.ts';
import { asPcm, asWav } from '../../../gemini/wav.ts';
import type { ImageReplyFormat } from '../../../wire/image-reply.ts';
import { callDelta, signed, type CallSettings } from './call-delta.ts';
import type { Delta } from './chunk.ts';

/** How parts of an answer are written. */
export type PartSettings = CallSettings & { readonly audio: AudioSettings; readonly imageReply: ImageReplyFormat; readonly hidesThoughts?: boolean };

/** How spoken answers are given back; the id and the day it ends are told with each piece. */
export type AudioSettings = { readonly format: 'wav' | 'pcm16'; readonly id: string; readonly expiresAt: number };

const fenced = (language: string, text: string): string => `\n\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\`\n`;

/** The text that a part shows: its own, code that ran and what it printed. */
const shownText = (part: ResponsePart): string | undefined => {
  if (part.text !== undefined) return part.text;
  if (part.executableCode !== undefined) return fenced((part.executableCode.language ?? 'python').toLowerCase(), part.executableCode.code ?? '');
  if (part.codeExecutionResult !== undefined) return fenced('', part.codeExecutionResult.output ?? '');
  return undefined;
};

/** A picture's address: in the store, or a data: URL where it was not stored. */
const pictureUrl = ({ inlineData, fileData }: ResponsePart): string | undefined => {
  if (fileData?.mimeType?.startsWith('image/') === true) return fileData.fileUri;
  return inlineData?.mimeType.startsWith('image/') === true ? `data:${inlineData.mimeType};base64,${inlineData.data}` : undefined;
};

const pictureDelta = (url: string, format: ImageReplyFormat): Delta =>
  format === 'images' ? { images: [{ type: 'image_url', image_url: { url } }] } : { content: `![](${url})` };

const audioDelta = ({ inlineData }: ResponsePart, { format, id, expiresAt }: AudioSettings): Delta | undefined => {
  if (inlineData?.mimeType.startsWith('audio/') !== true) return undefined;
  const encode = format === 'wav' ? asWav : asPcm;
  return { audio: { id, data: encode(inlineData.data, inlineData.mimeType), transcript: '', expires_at: expiresAt } };
};

/**
 * What one part of an answer adds to a choice; undefined when there is nothing to show. A thought goes to
 * reasoning_content, and a thought's picture is a draft that nobody asked for.
 */
export const partDelta = (part: ResponsePart, calls: number, settings: PartSettings): Delta | undefined => {
  if (part.functionCall !== undefined) return callDelta(part, calls, settings);
  const picture = part.thought === true ? undefined : pictureUrl(part);
  if (picture !== undefined) return pictureDelta(picture, settings.imageReply);
  if (part.inlineData !== undefined && part.thought !== true) return audioDelta(part, settings.audio);
  if (part.thought === true && part.text === undefined && part.executableCode === undefined && part.codeExecutionResult === undefined) return undefined;
  const text = shownText(part);
  if (text === undefined) return undefined;
  if (part.thought === true) return text === '' || settings.hidesThoughts === true ? undefined : { reasoning_content: text };
  if (text === '' && part.thoughtSignature === undefined) return undefined;
  return part.text === undefined ? { content: text } : { content: text, ...signed(part.thoughtSignature) };
};
