import { TE } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { ResponsePart } from '../gemini/response.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';
import type { Answered, Frames, ServedFrame } from './exchange.ts';

const isImage = (part: ResponsePart): boolean => part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true;

const holdsImages = (frame: ServedFrame): boolean =>
  (frame.candidates ?? []).some((candidate) => candidate.content?.parts?.some(isImage) === true);

async function* persisted(frames: Frames, keepImage: Capabilities['keepImage'], origin: string): Frames {
  const keep = async (part: ResponsePart, keyId: string): Promise<ResponsePart> => {
    const { inlineData, thoughtSignature, ...rest } = part;
    if (inlineData === undefined || !isImage(part)) return part;
    const signature = thoughtSignature === undefined ? null : { value: thoughtSignature, keyId };
    const fileUri = await keepImage({ ...inlineData, signature }, origin);
    return { ...rest, fileData: { mimeType: inlineData.mimeType, fileUri } };
  };
  for await (const frame of frames) {
    if (!holdsImages(frame)) {
      yield frame;
      continue;
    }
    const { keyId = '' } = frame;
    const candidates = await Promise.all(
      (frame.candidates ?? []).map(async (candidate) => ({
        ...candidate,
        content: { ...candidate.content, parts: await Promise.all((candidate.content?.parts ?? []).map((part) => keep(part, keyId))) },
      })),
    );
    yield { ...frame, candidates };
  }
}

/**
 * Puts every picture of an answer into the store as it comes by, with its thought signature; the part then holds its
 * address. Drafts stay out, and so do pictures that the caller wants as they are.
 */
export const persistImages =
  <Request, State, Event>(
    { keepImage }: Pick<Capabilities, 'keepImage'>,
    { keepsImages }: Pick<Dialect<Request, State, Event>, 'keepsImages'>,
  ): Stage<Answered<Request>, Answered<Request>> =>
  (answered) =>
    TE.right(
      keepsImages(answered.asked, answered.context) ? { ...answered, frames: persisted(answered.frames, keepImage, answered.origin) } : answered,
    );
