import { answerLike, likeFrames } from '../../gemini/frame-template.ts';
import { answerTemplate } from '../../gemini/make-template.ts';
import { endedTextOf } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import { recentLikes } from './recent-likes.ts';

/** So many are made at once, before they must be worth it. */
const mostAtFirst = 8;

/** To make a template takes as long as to read some answers in full: made for each answer, it would be a loss. */
const answersOfOne = 64;

/** Reads bodies of whole answers that are like others of late, without parsing them. */
export type PlainAnswers = {
  /** The frame that a body says; null where none of late was like it. It must be UTF-8. */
  readonly read: (body: Buffer) => Frame | null;
  /** An answer that was read in full, as this frame: others may be like it. */
  readonly learn: (body: Buffer, frame: Frame) => void;
};

/** Remembers what some answers were like. */
export const plainAnswers = (): PlainAnswers => {
  const recent = recentLikes();
  const tally = { read: 0, made: 0 };
  return {
    read: (body) => {
      tally.read += 1;
      return recent.read((like) => answerLike(like, body));
    },
    learn: (body, frame) => {
      if (endedTextOf(frame) === null || (tally.made - mostAtFirst) * answersOfOne > tally.read) return;
      tally.made += 1;
      const template = answerTemplate(body, frame);
      const like = template === null ? null : likeFrames(template, body, frame);
      if (like !== null) recent.add(like);
    },
  };
};
