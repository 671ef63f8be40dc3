import type { FaultKind } from './faults.ts';
import type { JsonObject } from './json.ts';
import type { KeyFailure } from './key-failures.ts';
import type { Script } from './script.ts';
import type { SeenRequest } from './seen-requests.ts';

/** A request for an answer, after all checks. */
export type Asked = {
  readonly model: string;
  readonly key: string;
  readonly stream: boolean;
  /** The body with every field name in lowerCamelCase. */
  readonly body: JsonObject;
  readonly seen: SeenRequest;
};

type Answer = Script | readonly unknown[] | undefined;

/** An answer to play instead of the canned one: frames, a script, or what tells it (undefined: the canned one). */
export type Responder = Script | readonly unknown[] | ((asked: Asked) => Answer | Promise<Answer>);

/** Which requests a rule is for: the next `times`, of this model, of this key; all by default. */
export type Scope = { readonly times?: number; readonly model?: string; readonly key?: string };

/** Which faults, and their numbers: good frames first (1), size of a giant line in bytes (8 MiB), and the requests meant. */
export type FaultOptions = Scope & { readonly afterFrames?: number; readonly size?: number; readonly on?: 'answers' | 'models' };

type Rule<T> = { readonly what: T; readonly scope: Scope; left: number };

/** Rules of which those with `times` are used up first, oldest first; of the lasting ones the newest counts. */
export type Rules<T> = {
  readonly add: (what: T, scope: Scope) => void;
  /** The rule for this request; it is used up by one. */
  readonly take: (model: string | null, key: string | null, fits?: (what: T) => boolean) => T | undefined;
  readonly remove: (fits: (scope: Scope) => boolean) => void;
};

const meets = (scope: Scope, model: string | null, key: string | null): boolean =>
  (scope.model === undefined || scope.model === model) && (scope.key === undefined || scope.key === key);

/** An empty set of rules. */
export const rules = <T>(): Rules<T> => {
  let all: readonly Rule<T>[] = [];
  return {
    add: (what, scope) => {
      all = [...all, { what, scope, left: scope.times ?? Number.POSITIVE_INFINITY }];
    },
    take: (model, key, fits = () => true) => {
      const meant = all.filter(({ what, scope }) => meets(scope, model, key) && fits(what));
      const rule = meant.find(({ left }) => Number.isFinite(left)) ?? meant.at(-1);
      if (rule === undefined) return undefined;
      rule.left -= 1;
      all = all.filter(({ left }) => left > 0);
      return rule.what;
    },
    remove: (fits) => {
      all = all.filter(({ scope }) => !fits(scope));
    },
  };
};

/** What a test can ask the running emulator for. */
export type Controls = {
  /** Plays this instead of the canned answer; those given with `times` queue up. */
  readonly answerWith: (responder: Responder, scope?: Scope) => void;
  /** Lets a key fail, for all requests or for `times` of them, with every model or with one. */
  readonly failKey: (key: string, failure: KeyFailure, scope?: Omit<Scope, 'key'>) => void;
  readonly healKey: (key: string) => void;
  /** Lets the next answer go wrong, or the next `times`; pages of the model list with `on: 'models'`. */
  readonly fault: (kind: FaultKind, options?: FaultOptions) => void;
  /** Forgets answers, failures, faults and the log. */
  readonly reset: () => void;
};
