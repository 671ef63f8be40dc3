import { jsonPiecesAtOnce } from '../kernel/json-pieces.ts';
import { mixedPieces, type MixedPieces } from '../kernel/mixed-pieces.ts';
import { oncePer, oncePerKept } from '../kernel/remember.ts';
import { isUnread } from '../kernel/unread-text.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { exactJson, exactText, writtenText } from './exact-json.ts';
import type {
  Content,
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

const holdsUnread = ({ text, inlineData, functionResponse }: RequestPart): boolean =>
  typeof text === 'object' ||
  isUnreadBlob(inlineData) ||
  functionResponse?.parts?.some((part) => isUnreadBlob(part.inlineData)) === true;

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

const holdsTextAlone = (part: RequestPart): boolean => {
  for (const name in part) if (name !== 'text') return false;
  return true;
};

const addPart = (to: MixedPieces, part: RequestPart): void => {
  const { text } = part;
  if (isUnread(text) && holdsTextAlone(part)) {
    to.add('{"text":"');
    to.addBytes(text.pieces());
    to.add('"}');
  } else if (holdsUnread(part)) to.addBytes(jsonPiecesAtOnce(part, writtenText));
  else to.add(holdsExact(part) ? exactJson(part) : jsonText(part));
};

const addParts = (to: MixedPieces, parts: readonly RequestPart[]): void => {
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    if (at > 0) to.add(',');
    if (part !== undefined) addPart(to, part);
  }
};

const addContents = (to: MixedPieces, contents: readonly Content[]): void => {
  let before = '{"contents":[{"role":"';
  for (const { role, parts } of contents) {
    to.add(`${before}${role}","parts":[`);
    addParts(to, parts);
    before = ']},{"role":"';
  }
  to.add(contents.length === 0 ? '{"contents":[]' : ']}]');
};

/** A field with its name, behind another one; '' where it says nothing. */
const field = <A>(name: keyof GenerateContentRequest, value: A | undefined, write: (value: A) => string): string =>
  value === undefined ? '' : `,"${name}":${write(value)}`;

/**
 * A request's body as JSON, but for its end, which `configText` gives, and its last bracket: to cut that off would copy
 * all of it (6 µs for 20 messages). Texts that nobody has read stand in it as the bytes that came; arguments, results
 * and schemas that are kept as they were written stand in it as they are. What is the same from request to request is
 * written once.
 */
export const requestText = (
  body: Omit<GenerateContentRequest, 'generationConfig' | 'continuationToken'>,
): string | readonly (string | Uint8Array)[] => {
  const { contents, systemInstruction, tools, toolConfig, cachedContent, safetySettings, serviceTier } = body;
  const to = mixedPieces();
  addContents(to, contents);
  if (systemInstruction !== undefined) {
    to.add(',"systemInstruction":{"parts":[');
    addParts(to, systemInstruction.parts);
    to.add(']}');
  }
  to.add(`${field('tools', tools, toolsText)}${field('toolConfig', toolConfig, jsonText)}`);
  to.add(`${field('cachedContent', cachedContent, jsonText)}${field('safetySettings', safetySettings, settingsText)}`);
  to.add(field('serviceTier', serviceTier, jsonText));
  return to.end();
};
