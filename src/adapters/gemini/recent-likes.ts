import type { LikeFrames } from '../../gemini/template-match.ts';

const mostRecent = 8;

/** What some frames were like, the last used first; nothing of what one answer said goes into another. */
export type RecentLikes = {
  /** What is read by the first of them by which it can be; null where it is like none. */
  readonly read: <A>(readBy: (like: LikeFrames) => A | null) => A | null;
  readonly add: (like: LikeFrames) => void;
};

/** Remembers a few: those of an answer do for most others. */
export const recentLikes = (): RecentLikes => {
  const recent: LikeFrames[] = [];
  return {
    read: (readBy) => {
      for (let at = 0; at < recent.length; at += 1) {
        const like = recent[at];
        const read = like === undefined ? null : readBy(like);
        if (like === undefined || read === null) continue;
        if (at > 0) recent.unshift(...recent.splice(at, 1));
        return read;
      }
      return null;
    },
    add: (like) => {
      recent.unshift(like);
      recent.splice(mostRecent);
    },
  };
};
