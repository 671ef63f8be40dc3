import type { LongText } from '../../../kernel/unread-text.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import type { ResponsePart } from '../../../gemini/response.ts';
import type { Signature } from '../../../ports/capabilities.ts';
import type { FinishReason } from './finish-reason.ts';
import type { SignedPart } from '../../../gemini/conversation/signed-parts.ts';
import type { Logprobs } from '../../logprobs.ts';
import type { Usage } from './usage.ts';

/**
 * Google's extras, which want to come back with the history: a thought signature, calls of its own tools, and which
 * stretch of the answer which signature belongs to.
 */
export type ExtraContent = {
  readonly google: {
    readonly thought_signature?: string;
    readonly server_tool_parts?: readonly ResponsePart[];
    readonly signed_parts?: readonly SignedPart[];
  };
};

/** OpenRouter's form of thoughts and their signatures. */
export type ReasoningDetail =
  | { readonly type: 'reasoning.text'; readonly text: string; readonly format: string; readonly index: number }
  | {
      readonly type: 'reasoning.encrypted';
      readonly data: string;
      readonly id?: string;
      readonly format: string;
      readonly index: number;
    };

/** A tool call; ours come whole, in one delta. */
export type CallDelta = {
  readonly index: number;
  readonly id: string;
  /** Absent for a custom tool: OpenAI's document knows no other kind than `function` in a stream. */
  readonly type?: 'function';
  readonly function?: { readonly name: string; readonly arguments: string };
  readonly custom?: { readonly name: string; readonly input: string };
  readonly extra_content?: ExtraContent;
};

/** A passage of the content and a source for it; indices are characters. */
export type Annotation = {
  readonly type: 'url_citation';
  readonly url_citation: {
    readonly url: string;
    readonly title: string;
    readonly start_index: number;
    readonly end_index: number;
  };
};

/** A piece of sound in base64. */
export type AudioDelta = {
  readonly id: string;
  readonly data: string;
  readonly transcript: string;
  readonly expires_at: number;
};

/** A picture beside the text (openrouter.ai: message.images). */
export type ImageDelta = { readonly type: 'image_url'; readonly image_url: { readonly url: LongText } };

/** At most one of the kinds of content a delta: several clients drop the rest. */
export type Delta = {
  readonly role?: 'assistant';
  readonly content?: LongText;
  readonly refusal?: string | null;
  readonly reasoning_content?: string;
  readonly reasoning?: string;
  readonly reasoning_details?: readonly ReasoningDetail[];
  readonly tool_calls?: readonly CallDelta[];
  readonly function_call?: { readonly name: string; readonly arguments: string };
  readonly annotations?: readonly Annotation[];
  readonly audio?: AudioDelta;
  readonly images?: readonly ImageDelta[];
  readonly extra_content?: ExtraContent;
};

/** What is new of one choice. */
export type ChoiceChunk = {
  readonly index: number;
  readonly delta: Delta;
  readonly logprobs: Logprobs | null;
  readonly finish_reason: FinishReason | null;
  /** Gemini's own word where OpenAI has none. */
  readonly native_finish_reason?: string;
};

/** OpenAI's `chat.completion.chunk`; `choices` is empty in the one with the usage. */
export type Chunk = {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChoiceChunk[];
  readonly usage?: Usage | null;
  readonly service_tier?: string;
};

/** What each choice of a stream begins with. */
export const opening: Delta = { role: 'assistant', content: '', refusal: null };

/**
 * A chunk, and whether the stream shows it: the usage is always counted but sent only when asked for. The last event
 * has the signatures to remember.
 */
export type ChatEvent = {
  readonly chunk: Chunk;
  readonly isSent: boolean;
  readonly signatures?: readonly Signature[];
  /** One choice, of which the chunk says a text and nothing else. */
  readonly isPlain?: boolean;
};

/** What went wrong inside a stream: no chunk, and without its id. */
export type ChatFailure = { readonly error: ProxyError };
