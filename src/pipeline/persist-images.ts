import { TE } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Frame, ResponsePart } from '../gemini/response.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Frames } from './attempts.ts';
import type { Answered } from './exchange.ts';

const isImage = (part: ResponsePart): boolean => part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true;

const holdsImages = (frame: Frame): boolean =>
  (frame.candidates ?? []).some((candidate) => candidate.content?.parts?.some(isImage) === true);

async function* persisted(frames: Frames, keepImage: Capabilities['keepImage']): Frames {
  const keep = async (part: ResponsePart): Promise<ResponsePart> => {
    const { inlineData, ...rest } = part;
    if (inlineData === undefined || !isImage(part)) return part;
    return { ...rest, fileData: { mimeType: inlineData.mimeType, fileUri: await keepImage(inlineData) } };
  };
  for await (const frame of frames) {
    if (!holdsImages(frame)) {
      yield frame;
      continue;
    }
    const candidates = await Promise.all(
      (frame.candidates ?? []).map(async (candidate) => ({
        ...candidate,
        content: { ...candidate.content, parts: await Promise.all((candidate.content?.parts ?? []).map(keep)) },
      })),
    );
    yield { ...frame, candidates };
  }
}

/** Puts every picture of an answer into the store as it comes by; the part then holds its address. Drafts stay out. */
export const persistImages =
  <Request>({ keepImage }: Pick<Capabilities, 'keepImage'>): Stage<Answered<Request>, Answered<Request>> =>
  (answered) =>
    TE.right({ ...answered, frames: persisted(answered.frames, keepImage) });
