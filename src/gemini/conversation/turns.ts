import type { JsonObject, MediaLevel, RequestPart } from '../request.ts';
import type { SignedPart } from './signed-parts.ts';

/**
 * Media that stands elsewhere and is gathered before the request is translated. `path` names the field with the
 * address; `pictureAt` the field that must hold a picture, where one is meant.
 */
export type LinkedMedia = {
  readonly link: { readonly url: string; readonly path: string; readonly pictureAt?: string };
  readonly level?: MediaLevel;
};

/** What stands in a turn: a text, media or thought in Gemini's words, with its signature; or media to be gathered. */
export type TurnPart = RequestPart | LinkedMedia;

/** A call of a function in the history. */
export type Call = {
  readonly id: string;
  /** As the client knows the function. */
  readonly name: string;
  /** JSON as text, undefined or '' for none; or an object that was read with the body. */
  readonly arguments: string | JsonObject | undefined;
  /** The field that holds the arguments. */
  readonly path: string;
  /** What the call says to the client, where that is not its arguments: a tool's free text. */
  readonly written?: string;
  readonly signature: string | undefined;
};

/** A system message: the instruction or a part of it, or a text in its place (SYSTEM_PROMPT_MODE). */
export type SystemTurn = {
  readonly role: 'system';
  readonly parts: readonly TurnPart[];
  readonly path: string;
  /** What the caller calls it, as in "a developer message takes text only". */
  readonly called: string;
};

/** What the user says. */
export type UserTurn = { readonly role: 'user'; readonly parts: readonly TurnPart[] };

/** What the model said before. */
export type ModelTurn = {
  readonly role: 'model';
  /** In order; a thought with its signature is a part of Gemini's (`thought`, `thoughtSignature`). */
  readonly parts: readonly (TurnPart | { readonly call: Call })[];
  readonly path: string;
  /** What it says, where that is not its text: a refusal says nothing. It is known again by this. */
  readonly words?: string | undefined;
  /** Addresses of pictures that stand beside its text. */
  readonly pictures?: readonly string[] | undefined;
  /** Calls of Google's own tools and their results, as they were given out: they go back beside functions alone. */
  readonly serverTools?: readonly RequestPart[] | undefined;
  /** Where its signatures belong, as the client gives it back. */
  readonly signed?: readonly SignedPart[] | undefined;
  /** The signature of its last text. */
  readonly signature?: string | undefined;
};

/** What a function gave back: a text (JSON in it is an object for Gemini), or any JSON that was read with the body. */
export type ResultValue = { readonly text: string } | { readonly json: unknown };

/** The result of a call before it, found by the call's id or by its function's name. */
export type ResultTurn = {
  readonly role: 'result';
  readonly by: 'id' | 'name';
  readonly key: string | undefined;
  /** The field that names the call. */
  readonly path: string;
  readonly value: ResultValue;
  readonly media: readonly TurnPart[];
  /** The function failed, and this is how. */
  readonly isError?: boolean;
};

/** One message of a conversation, whatever dialect it came in. */
export type Turn = SystemTurn | UserTurn | ModelTurn | ResultTurn;

/** The calls of a turn, in order. */
export const callsIn = (turn: Turn): readonly Call[] => {
  if (turn.role !== 'model') return [];
  const calls: Call[] = [];
  for (const part of turn.parts) if ('call' in part) calls.push(part.call);
  return calls;
};
