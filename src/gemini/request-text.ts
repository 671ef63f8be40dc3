import { jsonText } from '../kernel/well-formed.ts';
import { exactText } from './exact-json.ts';
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

/** A request's body as JSON; arguments and results that are kept as they were written stand in it as they are. */
export const requestText = (body: GenerateContentRequest): string => {
  const exact = body.contents.flatMap(({ parts }) => parts.flatMap((part) => exactOf(part) ?? []));
  if (exact.length === 0) return jsonText(body);
  const mark = unusedMark(jsonText(body));
  const contents = body.contents.map((content) => ({
    ...content,
    parts: content.parts.map((part) => markPart(part, mark)),
  }));
  const pieces = jsonText({ ...body, contents }).split(`"${mark}"`);
  return pieces.map((piece, at) => `${piece}${exact[at] ?? ''}`).join('');
};
