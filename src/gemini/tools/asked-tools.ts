import type { BuiltInTool } from '../model-traits.ts';

/** A function that a request offers to the model. */
export type FunctionOffer = {
  /** As the client knows it. */
  readonly name: string;
  readonly description: string | undefined;
  /** A JSON Schema. */
  readonly parameters: object | undefined;
  /** Arguments are to be held to their schema. */
  readonly strict: boolean | undefined;
  /** The field that holds the parameters. */
  readonly path: string;
};

/** A tool of Google's, and the field that asks for it; null where none does (a suffix of the model). */
export type BuiltInOffer = { readonly tool: BuiltInTool; readonly path: string | null };

/** Whether the model may, must or must not call, and which functions only. */
export type ToolChoice = { readonly kind: 'may' | 'must' | 'must not'; readonly only?: readonly string[] };

/** A wish for an answer in JSON: the field that asks for it, and the schema that the answer is to keep to, if any. */
export type JsonWish = { readonly path: string; readonly schema: object | undefined; readonly schemaPath: string };

/** What a request asks of tools, and what else a family may refuse beside them. */
export type AskedTools = {
  readonly functions: readonly FunctionOffer[];
  /** The later of two offers of one tool names the field of a refusal. */
  readonly builtIns: readonly BuiltInOffer[];
  readonly choice: ToolChoice;
  /** The fields that hold the functions and the choice. */
  readonly paths: { readonly functions: string; readonly choice: string };
  readonly json: JsonWish | null;
  /** The field that asks for log probabilities. */
  readonly logprobs: string | null;
  /** The field that names a cached content, which has its own instruction and tools. */
  readonly cachedContent: string | null;
};
