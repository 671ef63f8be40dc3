import { oncePer, oncePerKept } from '../kernel/remember.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { exactJson, exactText, writtenText } from './exact-json.ts';
import type {
  GenerateContentRequest,
  GenerationConfig,
  RequestBlob,
  RequestPart,
  SafetySetting,
  Tool,
} from './request.ts';

const isExact = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && writtenText(value) !== undefined;

const holdsExact = ({ functionCall, functionResponse, toolCall, toolResponse }: RequestPart): boolean =>
  isExact(functionCall?.args) ||
  isExact(functionResponse?.response) ||
  isExact(toolCall?.['args']) ||
  isExact(toolResponse?.['response']);

const isUnreadBlob = (blob: RequestBlob | undefined): boolean => typeof blob?.data === 'object';

/** True for a request with a text that nobody has read. */
export const holdsUnread = ({ contents }: Pick<GenerateContentRequest, 'contents'>): boolean =>
  contents.some(({ parts }) =>
    parts.some(
      ({ text, inlineData, functionResponse }) =>
        typeof text === 'object' ||
        isUnreadBlob(inlineData) ||
        functionResponse?.parts?.some((part) => isUnreadBlob(part.inlineData)) === true,
    ),
  );

type End = Pick<GenerateContentRequest, 'generationConfig' | 'continuationToken'>;

const endText = (end: End): string => {
  const write = isExact(end.generationConfig?.responseJsonSchema) ? exactJson : jsonText;
  return write(end);
};

const onlyConfig = oncePerKept((generationConfig: GenerationConfig) => endText({ generationConfig }));

/** The end of a request as JSON; the schema of its answer is as it was written where that is kept. */
export const configText = ({ generationConfig, continuationToken }: End): string =>
  generationConfig === undefined || continuationToken !== undefined
    ? endText({ generationConfig, continuationToken })
    : onlyConfig(generationConfig);

const toolsText = oncePer((tools: readonly Tool[]): string => {
  const isKept = tools.some(({ functionDeclarations = [] }) =>
    functionDeclarations.some(({ parametersJsonSchema: schema }) => exactText(schema) !== undefined),
  );
  return isKept ? exactJson(tools) : jsonText(tools);
});

const settingsText = oncePer((settings: readonly SafetySetting[]): string => jsonText(settings));

const contentsText = (contents: GenerateContentRequest['contents']): string =>
  contents.some(({ parts }) => parts.some(holdsExact)) ? exactJson(contents) : jsonText(contents);

/** A field with its name, behind another one; '' where it says nothing. */
const field = <A>(name: keyof GenerateContentRequest, value: A | undefined, write: (value: A) => string): string =>
  value === undefined ? '' : `,"${name}":${write(value)}`;

/**
 * A request's body as JSON, but for its end, which `configText` gives, and its last bracket: to cut that off would copy
 * all of it (6 µs for 20 messages). Arguments, results and schemas that are kept as they were written stand in it as
 * they are. What is the same from request to request is written once.
 */
export const requestText = (body: Omit<GenerateContentRequest, 'generationConfig' | 'continuationToken'>): string => {
  const { contents, systemInstruction, tools, toolConfig, cachedContent, safetySettings, serviceTier } = body;
  const start = `{"contents":${contentsText(contents)}${field('systemInstruction', systemInstruction, jsonText)}`;
  const told = `${field('tools', tools, toolsText)}${field('toolConfig', toolConfig, jsonText)}`;
  const rest = `${field('cachedContent', cachedContent, jsonText)}${field('safetySettings', safetySettings, settingsText)}`;
  return `${start}${told}${rest}${field('serviceTier', serviceTier, jsonText)}`;
};
