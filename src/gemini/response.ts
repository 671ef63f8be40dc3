import type { LongText } from '../kernel/unread-text.ts';
import type { JsonObject } from './request.ts';

/** What Gemini answers, as far as we read it. Every field may be absent; unknown fields and enum values are ignored. */

/** Media of an answer: long base64 is passed on as it came, unread. */
export type AnswerBlob = { readonly mimeType: string; readonly data: LongText };

/** A piece of an answer: text, media, a call, code, or a tool that Google ran. */
export type ResponsePart = {
  /** That of a whole answer may have been left unread. */
  readonly text?: LongText;
  readonly inlineData?: AnswerBlob;
  /** The address may be a data: URL, where no store took a picture. */
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: LongText };
  readonly functionCall?: FunctionCall;
  readonly executableCode?: { readonly id?: string; readonly language?: string; readonly code?: string };
  readonly codeExecutionResult?: { readonly id?: string; readonly outcome?: string; readonly output?: string };
  readonly audioTranscription?: AudioTranscription;
  /** A tool that Google ran itself, and what it gave: no call for the client, but wanted back in the history. */
  readonly toolCall?: JsonObject;
  readonly toolResponse?: JsonObject;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
};

/** A stretch of a transcript. Offsets are seconds from the start of the sound, `1.5s`. */
export type AudioTranscription = {
  readonly text?: string;
  /** BCP 47. */
  readonly languageCode?: string;
  /** `spk_1` for one. */
  readonly speakerLabel?: string;
  readonly words?: readonly { readonly word?: string; readonly startOffset?: string; readonly endOffset?: string }[];
  readonly startOffset?: string;
  readonly endOffset?: string;
};

/** `partialArgs` and `willContinue` come from Vertex only: a call in pieces, put together before translation. */
export type FunctionCall = {
  readonly id?: string;
  readonly name?: string;
  readonly args?: JsonObject;
  readonly partialArgs?: readonly PartialArg[];
  readonly willContinue?: boolean;
};

/** A piece of one argument, by its path. */
export type PartialArg = {
  readonly jsonPath?: string;
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
  readonly nullValue?: unknown;
  readonly willContinue?: boolean;
};

/** Where something was found. */
export type Source = { readonly uri?: string; readonly title?: string };

/** One source, by what found it. */
export type GroundingChunk = {
  readonly web?: Source;
  readonly maps?: Source;
  readonly retrievedContext?: Source;
  readonly image?: { readonly sourceUri?: string; readonly title?: string };
};

/** Which sources an answer rests on, and where in its text. */
export type GroundingMetadata = {
  /** What Google Search was asked. */
  readonly webSearchQueries?: readonly string[];
  readonly groundingChunks?: readonly GroundingChunk[];
  readonly groundingSupports?: readonly {
    /** Offsets are UTF-8 bytes. */
    readonly segment?: {
      readonly partIndex?: number;
      readonly startIndex?: number;
      readonly endIndex?: number;
      readonly text?: string;
    };
    readonly groundingChunkIndices?: readonly number[];
  }[];
};

/** A token and its log probability. */
export type TokenLogprob = { readonly token?: string; readonly logProbability?: number };

/** Log probabilities: of the tokens chosen, and of those that could have been. */
export type LogprobsResult = {
  readonly chosenCandidates?: readonly TokenLogprob[];
  readonly topCandidates?: readonly { readonly candidates?: readonly TokenLogprob[] }[];
};

/** One of the answers, or a piece of it. */
export type Candidate = {
  /** Absent means 0. */
  readonly index?: number;
  readonly content?: { readonly parts?: readonly ResponsePart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly groundingMetadata?: GroundingMetadata;
  readonly logprobsResult?: LogprobsResult;
  /** Beside finishReason CONTINUATION (Gemini 4): send the same request with it to go on. */
  readonly continuationToken?: string;
};

/** Tokens of one kind: TEXT, IMAGE, AUDIO. */
export type ModalityCount = { readonly modality?: string; readonly tokenCount?: number };

/** Cumulative over a stream. total = prompt + toolUsePrompt + candidates + thoughts; candidates leave thoughts out. */
export type UsageMetadata = {
  readonly promptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly promptTokensDetails?: readonly ModalityCount[];
  readonly candidatesTokensDetails?: readonly ModalityCount[];
  readonly serviceTier?: string;
};

/** One GenerateContentResponse: the whole answer of generateContent, or one frame of a stream with only new parts. */
export type Frame = {
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: UsageMetadata;
  readonly modelVersion?: string;
  /**
   * Ours, not Google's: the text of a frame that says no more, as JSON.stringify writes it between its quotes; null
   * where that is not known. Whoever changes the candidates leaves it out (`withCandidates`).
   */
  readonly json?: string | null;
  /** Ours, not Google's: what was left out because it can't be read, and without which the answer is another one. */
  readonly lost?: string;
  /** Not Gemini's: the key that the frame came by, where it holds what is good with that key only. */
  readonly keyId?: string;
};

/** One entry of models.list. */
export type GeminiModel = {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  readonly supportedGenerationMethods?: readonly string[];
  readonly thinking?: boolean;
};
