import { numberAt, objectsAt, textAt, type JsonObject } from './json.ts';

/** A rough count of tokens: four bytes of UTF-8 each, at least one for any text at all. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

const mediaTokens = 258;

const partTokens = (part: JsonObject): number =>
  part['inlineData'] !== undefined || part['fileData'] !== undefined ? mediaTokens : tokensOf(textAt(part, 'text') ?? JSON.stringify(part));

/** The tokens of the contents that a request carries. */
export const promptTokens = (body: JsonObject): number =>
  [...objectsAt(body, 'contents'), ...objectsAt({ one: [body['systemInstruction']] }, 'one')]
    .flatMap((content) => objectsAt(content, 'parts'))
    .reduce((sum, part) => sum + partTokens(part), 1);

/** Token counts so far; `null` where Google leaves the field out. */
export type Counts = {
  readonly prompt: number;
  readonly toolUse: number | null;
  readonly thoughts: number | null;
  readonly candidates: number | null;
};

const modality = (tokenCount: number, name = 'TEXT'): readonly JsonObject[] => [{ modality: name, tokenCount }];

/** Google's usageMetadata of these counts: the total is the sum of the other four. */
export const usageMetadata = ({ prompt, toolUse, thoughts, candidates }: Counts): JsonObject => ({
  promptTokenCount: prompt,
  ...(candidates === null ? {} : { candidatesTokenCount: candidates }),
  totalTokenCount: prompt + (toolUse ?? 0) + (thoughts ?? 0) + (candidates ?? 0),
  promptTokensDetails: modality(prompt),
  ...(toolUse === null ? {} : { toolUsePromptTokenCount: toolUse, toolUsePromptTokensDetails: modality(toolUse) }),
  ...(thoughts === null ? {} : { thoughtsTokenCount: thoughts }),
});

/** A configuration's limit on the tokens of the answer, thoughts included. */
export const tokenLimit = (config: JsonObject): number => numberAt(config, 'maxOutputTokens') ?? Number.POSITIVE_INFINITY;
