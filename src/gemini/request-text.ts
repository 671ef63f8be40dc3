import { jsonText } from '../kernel/well-formed.ts';
import { exactJson, exactText, writtenText } from './exact-json.ts';
import type { GenerateContentRequest, RequestBlob, RequestPart } from './request.ts';

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

/** The end of a request as JSON; the schema of its answer is as it was written where that is kept. */
export const configText = (body: Pick<GenerateContentRequest, 'generationConfig' | 'continuationToken'>): string => {
  const { generationConfig, continuationToken } = body;
  const write = isExact(generationConfig?.responseJsonSchema) ? exactJson : jsonText;
  return write({ generationConfig, continuationToken });
};

/**
 * A request's body as JSON; arguments, results and schemas that are kept as they were written stand in it as they are.
 */
export const requestText = (body: GenerateContentRequest): string => {
  const { contents, tools = [] } = body;
  const isKept =
    contents.some(({ parts }) => parts.some(holdsExact)) ||
    tools.some(({ functionDeclarations = [] }) =>
      functionDeclarations.some(({ parametersJsonSchema: schema }) => exactText(schema) !== undefined),
    );
  return isKept ? exactJson(body) : jsonText(body);
};
