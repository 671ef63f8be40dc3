import type { JsonObject } from '../../../gemini/request.ts';
import type { ResponsePart } from '../../../gemini/response.ts';
import { argumentsText } from '../../../gemini/arguments-text.ts';
import type { CallDelta, Delta, ExtraContent } from './chunk.ts';
import { freeTextInput } from '../../../gemini/tools/free-text-tools.ts';
import type { FunctionNames } from '../../../gemini/tools/function-names.ts';
import { jsonAnswerText, type JsonAnswer } from '../../../gemini/tools/json-answer.ts';

/** How calls of this request are written. */
export type CallSettings = {
  readonly names: FunctionNames;
  /** Names of the request's custom tools, as the client knows them. */
  readonly custom: ReadonlySet<string>;
  /** The function of ours that takes an answer in JSON, if one was declared. */
  readonly jsonAnswer: JsonAnswer | null;
  /** The request used the deprecated `functions`: answer with `function_call`. */
  readonly isLegacy: boolean;
  /** parallel_tool_calls: false. */
  readonly oneCall: boolean;
};

/** A thought signature where Google's own compatible endpoint puts it. */
export const signed = (signature: string | undefined): { readonly extra_content?: ExtraContent } =>
  signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };

const payload = (name: string, args: JsonObject | undefined, isCustom: boolean): Pick<CallDelta, 'type' | 'function' | 'custom'> =>
  isCustom ? { custom: { name, input: freeTextInput(args) } } : { type: 'function', function: { name, arguments: argumentsText(args) } };

/** A function call as the call that the client knows, or as the JSON answer that it carries; `calls` were made before. */
export const callDelta = (part: ResponsePart, calls: number, settings: CallSettings): Delta | undefined => {
  const call = part.functionCall;
  if (call?.name === undefined) return undefined;
  if (call.name === settings.jsonAnswer?.name) return calls > 0 ? undefined : { content: jsonAnswerText(settings.jsonAnswer, call.args) };
  if (settings.oneCall && calls > 0) return undefined;
  const name = settings.names.toClient(call.name);
  if (settings.isLegacy) {
    return calls > 0 ? undefined : { function_call: { name, arguments: argumentsText(call.args) }, ...signed(part.thoughtSignature) };
  }
  const said = payload(name, call.args, settings.custom.has(name));
  return { tool_calls: [{ index: calls, id: call.id ?? '', ...said, ...signed(part.thoughtSignature) }] };
};
