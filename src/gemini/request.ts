import type { LongText } from '../kernel/unread-text.ts';
import type { AspectRatio, ImageSize } from './image-traits.ts';

/** What Gemini takes: the messages of generateContent in the casing that is sent (wire: discovery document v1beta). */

/** Any value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object of JSON. */
export type JsonObject = { readonly [key: string]: Json };

/** Media in the message itself; `data` is base64. */
export type Blob = { readonly mimeType: string; readonly data: string };

/** Media in a request: long base64 is sent as it came, unread. */
export type RequestBlob = { readonly mimeType: string; readonly data: LongText };

/** How closely a picture is looked at. */
export type MediaLevel = 'MEDIA_RESOLUTION_LOW' | 'MEDIA_RESOLUTION_MEDIUM' | 'MEDIA_RESOLUTION_HIGH';

/** One piece of a turn: exactly one data field, plus modifiers. `{}` is refused, `{"text":""}` is not. */
export type RequestPart = {
  readonly text?: LongText;
  readonly inlineData?: RequestBlob;
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: string };
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: JsonObject };
  readonly functionResponse?: {
    readonly id?: string;
    readonly name: string;
    readonly response: JsonObject;
    readonly parts?: readonly { readonly inlineData: RequestBlob }[];
  };
  readonly toolCall?: JsonObject;
  readonly toolResponse?: JsonObject;
  readonly executableCode?: { readonly id?: string; readonly language: 'PYTHON'; readonly code: string };
  readonly codeExecutionResult?: { readonly id?: string; readonly outcome: string; readonly output?: string };
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly mediaResolution?: { readonly level: MediaLevel };
  /** How a text is to be spoken; speech models from 3.8 on. */
  readonly speechMetadata?: { readonly style?: string };
};

/** One turn of a conversation. */
export type Content = { readonly role: 'user' | 'model'; readonly parts: readonly RequestPart[] };

/** A function that the model may call. */
export type FunctionDeclaration = {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: JsonObject;
};

/** Functions, or one of Google's own tools. */
export type Tool = {
  readonly functionDeclarations?: readonly FunctionDeclaration[];
  readonly googleSearch?: Record<string, never>;
  readonly urlContext?: Record<string, never>;
  readonly codeExecution?: Record<string, never>;
  readonly googleMaps?: Record<string, never>;
};

/** May, must or must not call; VALIDATED is AUTO with arguments held to their schema. */
export type CallingMode = 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';

/** How tools may be used. */
export type ToolConfig = {
  readonly functionCallingConfig?: { readonly mode: CallingMode; readonly allowedFunctionNames?: readonly string[] };
  readonly includeServerSideToolInvocations?: boolean;
};

/** As Google's document writes them; lower case is taken too but stands in no document. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'XHIGH';

/** How much a model thinks, by budget (2.5) or by level (3 and later), and whether thoughts are told. */
export type ThinkingConfig = {
  readonly includeThoughts?: boolean;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: ThinkingLevel;
};

/** For models that transcribe; without languages they find out. */
export type AudioTranscriptionConfig = {
  readonly languageCodes?: readonly string[];
  /** Words to listen for. */
  readonly customVocabulary?: readonly string[];
  readonly wordTimestamp?: boolean;
  readonly diarization?: boolean;
  readonly mode?: 'VERBATIM' | 'SMART';
};

/** What a picture is to look like; what is left out, the model chooses. */
export type ImageConfig = { readonly aspectRatio?: AspectRatio; readonly imageSize?: ImageSize };

/** How the answer is made: sampling, length, form, thinking, voice, picture. */
export type GenerationConfig = {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly candidateCount?: number;
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseMimeType?: 'application/json';
  readonly responseJsonSchema?: Json;
  readonly responseModalities?: readonly ('TEXT' | 'IMAGE' | 'AUDIO')[];
  readonly mediaResolution?: MediaLevel;
  readonly responseLogprobs?: boolean;
  readonly logprobs?: number;
  readonly speechConfig?: { readonly voiceConfig: { readonly prebuiltVoiceConfig: { readonly voiceName: string } } };
  readonly audioTranscriptionConfig?: AudioTranscriptionConfig;
  readonly thinkingConfig?: ThinkingConfig;
  readonly imageConfig?: ImageConfig;
  readonly responseFormat?: { readonly image: { readonly mimeType: 'IMAGE_JPEG' } };
};

/** How much of one category is blocked. */
export type SafetySetting = { readonly category: string; readonly threshold: string };

/** The body of generateContent and streamGenerateContent. */
export type GenerateContentRequest = {
  readonly contents: readonly Content[];
  readonly systemInstruction?: { readonly parts: readonly RequestPart[] };
  readonly tools?: readonly Tool[];
  readonly toolConfig?: ToolConfig;
  readonly safetySettings?: readonly SafetySetting[];
  readonly generationConfig?: GenerationConfig;
  readonly cachedContent?: string;
  readonly serviceTier?: 'flex' | 'priority';
  readonly continuationToken?: string;
};

/** One call of the pipeline's: the model (no `models/` before it), how often it is asked, and the body. */
export type GeminiCall = {
  readonly model: string;
  /** Ask with streamGenerateContent rather than generateContent. */
  readonly streamed: boolean;
  /**
   * Number of parallel calls; 1 but where several choices are asked of a model that gives one candidate a call, and 0
   * where nothing is to be said.
   */
  readonly copies: number;
  /** How many of the copies run at once, where an answer of those that worked is good enough; else all, or nothing. */
  readonly someCopies?: { readonly atOnce: number };
  /** What each of the copies asks, where they don't all ask the same; the body has the first one's. */
  readonly contentsByCopy?: readonly GenerateContentRequest['contents'][];
  readonly body: GenerateContentRequest;
};
