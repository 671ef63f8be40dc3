import { answerLike, likeFrames } from '../../gemini/frame-template.ts';
import { answerTemplate } from '../../gemini/make-template.ts';
import { endedTextOf } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import type { LikeFrames } from '../../gemini/template-match.ts';

const mostRecent = 8;

/** To make a template takes as long as to read some answers in full: made for each answer, it would be a loss. */
const answersOfOne = 64;

/** Reads bodies of whole answers that are like others of late, without parsing them. */
export type PlainAnswers = {
  /** The frame that a body says; null where none of late was like it. It must be UTF-8. */
  readonly read: (body: Buffer) => Frame | null;
  /** An answer that was read in full, as this frame: others may be like it. */
  readonly learn: (body: Buffer, frame: Frame) => void;
};

/** Remembers what some answers were like, the last used first; nothing of what one of them said goes into another. */
export const plainAnswers = (): PlainAnswers => {
  const recent: LikeFrames[] = [];
  const tally = { read: 0, made: 0 };
  return {
    read: (body) => {
      tally.read += 1;
      for (let at = 0; at < recent.length; at += 1) {
        const like = recent[at];
        const frame = like === undefined ? null : answerLike(like, body);
        if (like === undefined || frame === null) continue;
        if (at > 0) recent.unshift(...recent.splice(at, 1));
        return frame;
      }
      return null;
    },
    learn: (body, frame) => {
      if (endedTextOf(frame) === null || (tally.made - mostRecent) * answersOfOne > tally.read) return;
      tally.made += 1;
      const template = answerTemplate(body, frame);
      const like = template === null ? null : likeFrames(template, body, frame);
      if (like === null) return;
      recent.unshift(like);
      recent.splice(mostRecent);
    },
  };
};
