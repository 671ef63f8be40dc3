import { followedBy } from '../kernel/followed-by.ts';
import { passStream } from '../kernel/pass-stream.ts';
import { lengthOf } from '../kernel/unread-text.ts';
import { plainTextOf, withCandidates } from '../gemini/plain-text.ts';
import type { Frame, ResponsePart } from '../gemini/response.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { KeptFor } from '../ports/images.ts';
import { costs } from '../ports/memory.ts';
import type { Frames, Planned } from './exchange.ts';

const isImage = (part: ResponsePart): boolean =>
  part.thought !== true && part.inlineData?.mimeType.startsWith('image/') === true;

const holdsImages = (frame: Frame): boolean =>
  plainTextOf(frame) === null &&
  frame.candidates?.some(({ content }) => content?.parts?.some(isImage) === true) === true;

type Keeping = {
  readonly keepImage: Capabilities['keepImage'];
  readonly by: KeptFor;
  readonly letGo: (characters: number) => void;
};

async function* persistFrames(frames: Frames, { keepImage, by, letGo }: Keeping): Frames {
  const keep = async (part: ResponsePart, keyId: string): Promise<ResponsePart> => {
    const { inlineData, thoughtSignature, ...rest } = part;
    if (inlineData === undefined || !isImage(part)) return part;
    const signature = thoughtSignature === undefined ? null : { value: thoughtSignature, keyId };
    const fileUri = await keepImage({ ...inlineData, signature }, by);
    // An address is shorter than its picture, a data: URL longer: to look at its letters would copy it.
    if (lengthOf(fileUri) < lengthOf(inlineData.data)) letGo(lengthOf(inlineData.data));
    return { ...rest, fileData: { mimeType: inlineData.mimeType, fileUri } };
  };
  const persist = async (frame: Frame): Promise<Frame> => {
    const { keyId = '' } = frame;
    const candidates = await Promise.all(
      (frame.candidates ?? []).map(async (candidate) => {
        const parts = await Promise.all((candidate.content?.parts ?? []).map((part) => keep(part, keyId)));
        return { ...candidate, content: { ...candidate.content, parts } };
      }),
    );
    return withCandidates(frame, candidates);
  };
  for await (const batch of frames) {
    if (!batch.some(holdsImages)) yield batch;
    else for (const frame of batch) yield [holdsImages(frame) ? await persist(frame) : frame];
  }
}

/**
 * Puts every picture of an answer into the store as it comes by, with its thought signature; the part then holds its
 * address. Drafts stay out, and so do pictures that the caller wants as they are. Where the whole answer is collected,
 * a picture that has been put away is held no longer.
 */
export const persistImages =
  ({ keepImage }: Pick<Capabilities, 'keepImage'>) =>
  ({ plan, origin, held, caller }: Planned, frames: Frames): Frames => {
    if (!plan.keepsImages || frames.ready?.some(holdsImages) === false) return frames;
    const isCollected = !plan.shownEarly;
    const letGo = (characters: number): void => {
      if (isCollected) held.answer.giveBack(characters * costs.answer);
    };
    const by = { origin, address: caller.address };
    return passStream(frames, {
      divert: (batch, rest) =>
        batch.some(holdsImages) ? persistFrames(followedBy(batch, rest), { keepImage, by, letGo }) : null,
      said: null,
    });
  };
