import type { ProxyError } from '../../../kernel/proxy-error.ts';
import type { UsageMetadata } from '../../../gemini/response.ts';
import type { Signature } from '../../../ports/capabilities.ts';

/** A content block as it begins. Server tools and their results come whole, as JSON. */
export type OpenedBlock =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'call'; readonly id: string; readonly name: string }
  | { readonly kind: 'server tool'; readonly id: string; readonly name: string }
  | { readonly kind: 'server result'; readonly value: object };

/** Why an answer ended (@anthropic-ai/sdk 1.14: StopReason); the others are never said here. */
export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal';

/** How an answer ended. `explanation` is for a refusal. */
export type MessageStop = { readonly reason: StopReason; readonly explanation: string | null };

/** What a message is made of: its beginning, blocks one after the other, its end. */
export type MessageEvent =
  | { readonly kind: 'start'; readonly usage: UsageMetadata }
  | { readonly kind: 'open'; readonly index: number; readonly block: OpenedBlock }
  | {
      readonly kind: 'text' | 'thinking' | 'signature' | 'json';
      readonly index: number;
      readonly text: string;
    }
  | { readonly kind: 'close'; readonly index: number }
  | {
      readonly kind: 'end';
      readonly stop: MessageStop;
      readonly usage: UsageMetadata;
      readonly searches: number;
      readonly signatures: readonly Signature[];
    };

/** What went wrong inside a stream. */
export type MessageFailure = { readonly kind: 'error'; readonly error: ProxyError };
