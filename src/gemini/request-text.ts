import { jsonText } from '../kernel/well-formed.ts';
import { exactText } from './exact-json.ts';
import { isJsonObject } from './is-json-object.ts';
import type { GenerateContentRequest, RequestPart } from './request.ts';

const exactOf = ({ functionCall, functionResponse }: RequestPart): string | undefined =>
  exactText(functionCall?.args) ?? exactText(functionResponse?.response);

const markPart = (part: RequestPart, mark: string): object => {
  if (exactOf(part) === undefined) return part;
  const { functionCall, functionResponse } = part;
  if (functionCall !== undefined) return { ...part, functionCall: { ...functionCall, args: mark } };
  return { ...part, functionResponse: { ...functionResponse, response: mark } };
};

/** A text that does not stand in another. */
const unusedMark = (text: string): string => {
  let count = 0;
  while (text.includes(`exact-${count}`)) count += 1;
  return `exact-${count}`;
};

type Declaration = NonNullable<NonNullable<GenerateContentRequest['tools']>[number]['functionDeclarations']>[number];

const markDeclaration = (declared: Declaration, mark: string): object =>
  exactText(declared.parametersJsonSchema) === undefined ? declared : { ...declared, parametersJsonSchema: mark };

const exactInTools = ({ tools = [] }: GenerateContentRequest): readonly string[] =>
  tools.flatMap(({ functionDeclarations = [] }) =>
    functionDeclarations.flatMap(({ parametersJsonSchema: schema }) => exactText(schema) ?? []),
  );

const markTools = ({ tools }: GenerateContentRequest, mark: string): object =>
  tools === undefined
    ? {}
    : {
        tools: tools.map((tool) =>
          tool.functionDeclarations === undefined
            ? tool
            : { ...tool, functionDeclarations: tool.functionDeclarations.map((one) => markDeclaration(one, mark)) },
        ),
      };

const spliceExact = (marked: object, mark: string, exact: readonly string[]): string => {
  const pieces = jsonText(marked).split(`"${mark}"`);
  return pieces.map((piece, at) => `${piece}${exact[at] ?? ''}`).join('');
};

/** The end of a request as JSON; the schema of its answer is as it was written where that is kept. */
export const configText = (body: Pick<GenerateContentRequest, 'generationConfig' | 'continuationToken'>): string => {
  const { generationConfig, continuationToken } = body;
  const schema = generationConfig?.responseJsonSchema;
  const exact = isJsonObject(schema) ? exactText(schema) : undefined;
  const text = jsonText({ generationConfig, continuationToken });
  if (exact === undefined) return text;
  const mark = unusedMark(text);
  return spliceExact({ generationConfig: { ...generationConfig, responseJsonSchema: mark }, continuationToken }, mark, [
    exact,
  ]);
};

/**
 * A request's body as JSON; arguments, results and schemas that are kept as they were written stand in it as they are.
 * Its tools stand behind its contents.
 */
export const requestText = (body: GenerateContentRequest): string => {
  const { contents: _, tools: __, ...others } = body;
  const inContents = body.contents.flatMap(({ parts }) => parts.flatMap((part) => exactOf(part) ?? []));
  const inTools = exactInTools(body);
  const exact = [...inContents, ...inTools];
  if (exact.length === 0) return jsonText(body);
  const mark = unusedMark(jsonText(body));
  const contents = body.contents.map((content) => ({
    ...content,
    parts: content.parts.map((part) => markPart(part, mark)),
  }));
  return spliceExact({ contents, ...markTools(body, mark), ...others }, mark, exact);
};
