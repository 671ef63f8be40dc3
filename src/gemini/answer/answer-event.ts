import type { LongText } from '../../kernel/unread-text.ts';
import type { FinishKind } from '../finish.ts';
import type { JsonObject } from '../request.ts';
import type { LogprobsResult, ResponsePart, UsageMetadata } from '../response.ts';

type Code = NonNullable<ResponsePart['executableCode']>;
type CodeResult = NonNullable<ResponsePart['codeExecutionResult']>;

/** A piece of the answer's text. */
export type TextEvent = {
  readonly kind: 'text';
  readonly candidate: number;
  readonly text: string;
  readonly signature: string | undefined;
  /** The model's own words, which can be cited and signed; not so an answer in JSON that a function took. */
  readonly isOwn: boolean;
  /** Of the tokens that came with it. */
  readonly logprobs: LogprobsResult | undefined;
};

/** A piece of thought. Its words can be none: then it is there for its signature. */
export type ThoughtEvent = {
  readonly kind: 'thought';
  readonly candidate: number;
  readonly text: string;
  readonly signature: string | undefined;
};

/** A whole call, by the name that the client knows. `text` is the input as Gemini wrote it. */
export type CallEvent = {
  readonly kind: 'call';
  readonly candidate: number;
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly input: JsonObject | undefined;
  readonly signature: string | undefined;
};

/** A picture: where it is kept, or its base64. A draft belongs to a thought. */
export type PictureEvent = {
  readonly kind: 'picture';
  readonly candidate: number;
  readonly mimeType: string;
  readonly url: LongText | undefined;
  readonly data: LongText;
  readonly isDraft: boolean;
  readonly signature: string | undefined;
};

/** A piece of sound in base64, or a file of another kind: where it is, or its base64. */
export type MediaEvent = {
  readonly kind: 'sound' | 'file';
  readonly candidate: number;
  readonly mimeType: string;
  readonly url: LongText | undefined;
  readonly data: LongText;
};

/** Code that Gemini ran. */
export type CodeEvent = {
  readonly kind: 'code';
  readonly candidate: number;
  readonly code: Code;
  readonly isThought: boolean;
  readonly signature: string | undefined;
};

/** What came of code that ran. */
export type CodeResultEvent = {
  readonly kind: 'code result';
  readonly candidate: number;
  readonly result: CodeResult;
  readonly isThought: boolean;
  readonly signature: string | undefined;
};

/** A tool that Google ran itself, or what it gave: wanted back with the history, where functions stand beside it. */
export type ServerToolEvent = { readonly kind: 'server tool'; readonly candidate: number; readonly part: ResponsePart };

/** What was searched for. */
export type SearchEvent = { readonly kind: 'search'; readonly candidate: number; readonly queries: readonly string[] };

/** A source that the answer rests on, cited or not. */
export type SourceEvent = {
  readonly kind: 'source';
  readonly candidate: number;
  readonly url: string;
  readonly title: string;
};

/** A passage and a source for it. `start` and `end` count characters of all own texts of the candidate together. */
export type CitationEvent = {
  readonly kind: 'citation';
  readonly candidate: number;
  readonly url: string;
  readonly title: string;
  readonly start: number;
  readonly end: number;
};

/** Log probabilities that came without a text. */
export type LogprobsEvent = {
  readonly kind: 'logprobs';
  readonly candidate: number;
  readonly logprobs: LogprobsResult;
};

/** Nothing was answered, since Gemini blocked it: its reason, and a sentence that says so. */
export type RefusalEvent = {
  readonly kind: 'refusal';
  readonly candidate: number;
  readonly reason: string;
  readonly words: string;
};

/** How a candidate ended. */
export type EndEvent = {
  readonly kind: 'end';
  readonly candidate: number;
  /** Null where Gemini said nothing, or a word without a meaning for us. */
  readonly finish: FinishKind | null;
  /** Gemini's own word. */
  readonly reason: string | null;
  readonly message: string | null;
  /** Calls that were given out. */
  readonly calls: number;
  /** The key that signed last; '' for none. */
  readonly keyId: string;
};

/**
 * What an answer is made of, whatever the dialect. A candidate begins, has its parts in their order, and at the end of
 * the answer its citations and how it ended. `usage` is all that is known so far: the last one stands.
 */
export type AnswerEvent =
  | { readonly kind: 'begin'; readonly candidate: number }
  | TextEvent
  | ThoughtEvent
  | CallEvent
  | PictureEvent
  | MediaEvent
  | CodeEvent
  | CodeResultEvent
  | ServerToolEvent
  | SearchEvent
  | SourceEvent
  | CitationEvent
  | LogprobsEvent
  | RefusalEvent
  | EndEvent
  | { readonly kind: 'usage'; readonly usage: UsageMetadata };
