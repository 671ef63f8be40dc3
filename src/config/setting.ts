import type { Kind } from './setting-kinds.ts';

/** What a setting means, for people; and under which other names it is taken. */
export type About = {
  readonly en: string;
  readonly zh: string;
  readonly aliases?: readonly string[];
  /** Shown for a default that is worked out at the start, as in the settings reference. */
  readonly shownDefault?: string;
  /** True when it is read and checked, but what it sets is still to come. */
  readonly notYet?: boolean;
};

/** One setting: its kind, its default as text ('' = unset), and what it means. */
export type Setting<A> = About & { readonly kind: Kind<A>; readonly default: string };

/** Makes a row of the table of settings. */
export const setting = <A>(kind: Kind<A>, fallback: string, about: About): Setting<A> => ({
  kind,
  default: fallback,
  ...about,
});
