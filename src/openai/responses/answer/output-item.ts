import type { JsonObject } from '../../../gemini/request.ts';
import type { TokenLogprob } from '../../logprobs.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

/** A passage of a message and a source for it; indices are characters. */
export type UrlCitation = {
  readonly type: 'url_citation';
  readonly url: string;
  readonly title: string;
  readonly start_index: number;
  readonly end_index: number;
};

/** What a message says. */
export type MessagePart =
  | {
      readonly type: 'output_text';
      readonly text: string;
      readonly annotations: readonly UrlCitation[];
      readonly logprobs: readonly TokenLogprob[];
    }
  | { readonly type: 'refusal'; readonly refusal: string };

/** A thought's summary. */
export type SummaryPart = { readonly type: 'summary_text'; readonly text: string };

/** Where it was searched, and for what. */
export type SearchAction = {
  readonly type: 'search';
  readonly query: string;
  readonly queries: readonly string[];
  readonly sources?: readonly { readonly type: 'url'; readonly url: string }[];
};

/** One item of an answer (reference: OpenAI's OutputItem). Every kind has an id and a status. */
export type OutputItem =
  | {
      readonly type: 'message';
      readonly id: string;
      readonly status: Status;
      readonly role: 'assistant';
      readonly content: readonly MessagePart[];
    }
  | {
      readonly type: 'reasoning';
      readonly id: string;
      readonly status: Status;
      readonly summary: readonly SummaryPart[];
      readonly encrypted_content: string | null;
    }
  | {
      readonly type: 'function_call';
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly arguments: string;
    }
  | {
      readonly type: 'custom_tool_call';
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly input: string;
    }
  | {
      readonly type: 'tool_search_call';
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly execution: 'client';
      readonly arguments: JsonObject;
    }
  | {
      readonly type: 'local_shell_call' | 'shell_call';
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly action: JsonObject;
      readonly environment?: null;
    }
  | {
      readonly type: 'apply_patch_call';
      readonly id: string;
      readonly status: Status;
      readonly call_id: string;
      readonly operation: JsonObject;
    }
  | {
      readonly type: 'web_search_call';
      readonly id: string;
      readonly status: 'in_progress' | 'searching' | 'completed';
      readonly action: SearchAction;
    }
  | {
      readonly type: 'image_generation_call';
      readonly id: string;
      readonly status: 'in_progress' | 'generating' | 'completed';
      readonly result: string | null;
      readonly output_format: string;
    }
  | {
      readonly type: 'code_interpreter_call';
      readonly id: string;
      readonly status: 'in_progress' | 'completed' | 'incomplete';
      readonly container_id: string;
      readonly code: string;
      readonly outputs: readonly { readonly type: 'logs'; readonly logs: string }[] | null;
    };

/** What the ids of an item of each kind begin with. */
export const idPrefixes: Readonly<Record<OutputItem['type'], string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  tool_search_call: 'tsc',
  local_shell_call: 'lsh',
  shell_call: 'sh',
  apply_patch_call: 'apc',
  web_search_call: 'ws',
  image_generation_call: 'ig',
  code_interpreter_call: 'ci',
};
