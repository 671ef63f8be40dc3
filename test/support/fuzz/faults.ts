import { streamFaults } from '../response-laws.ts';
import { eventsIn } from '../responses.ts';

/** An answer of the service, read to its end; `status` 0 means that there was none. */
export type Got = { readonly status: number; readonly type: string; readonly text: string; readonly milliseconds: number };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const textOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

/** Anthropic's ErrorResponse. */
const isOfAnthropic = (value: Readonly<Record<string, unknown>>): boolean => {
  const { type, error, request_id: id } = value;
  return type === 'error' && isObject(error) && typeof error['message'] === 'string' && typeof error['type'] === 'string' && typeof id === 'string';
};

/** Google's google.rpc.Status. */
const isOfGoogle = ({ code, message, status }: Readonly<Record<string, unknown>>): boolean => typeof code === 'number' && typeof message === 'string' && typeof status === 'string';

/** OpenAI's ErrorResponse, Anthropic's, or Google's. */
const isError = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { error } = value;
  if ('request_id' in value) return isOfAnthropic(value);
  if (isObject(error) && 'status' in error) return isOfGoogle(error);
  return isObject(error) && typeof error['message'] === 'string' && typeof error['type'] === 'string' && textOrNull(error['param']) && textOrNull(error['code']);
};

const defect = 'The service has a defect';

const ofStream = (text: string): readonly string[] => {
  const data = text.split('\n\n').flatMap((block) => block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)));
  const broken = data.filter((one) => one !== '[DONE]' && parsed(one) === undefined);
  const isOver = data.at(-1) === '[DONE]' || data.some((one) => isError(parsed(one))) || text.includes('event: message_stop\n') || text.includes('"finishReason":') || text.includes('"type":"image_') || text.includes('"type":"speech.') || text.includes('"type":"transcript.');
  return [...broken.map((one) => `an event that is no JSON: ${one.slice(0, 100)}`), ...(isOver ? [] : ['a stream without an end'])];
};

/** A stream of the Responses API keeps the rules that its clients check. */
const ofResponse = (text: string): readonly string[] => {
  try {
    return streamFaults(eventsIn(text));
  } catch (cause) {
    return [cause instanceof Error ? cause.message : 'an event that is no JSON'];
  }
};

const ofWhole = ({ status, type, text }: Got): readonly string[] => {
  if (status === 204 || status === 304 || text === '') return [];
  const value = type.startsWith('application/json') ? parsed(text) : null;
  if (value === undefined) return ['a body that is no JSON'];
  return status >= 400 && !isError(value) ? [`an error that is in no API's shape: ${text.slice(0, 200)}`] : [];
};

/** Where Gemini did nothing wrong no answer may blame it. */
const blames = (status: number, what: 'request' | 'answer'): readonly string[] => {
  if (status === 0) return ['no answer'];
  if (what === 'request' && status >= 500) return [`status ${status} for a request`];
  return (status > 504 && status !== 529) || status === 501 ? [`status ${status}`] : [];
};

/** What is wrong with an answer, in words; nothing when all is well. */
export const faultsOf = (got: Got, what: 'request' | 'answer', mostMs: number): readonly string[] => [
  ...blames(got.status, what),
  ...(got.text.includes(defect) ? ['a defect'] : []),
  ...(/x-injected/i.test(got.type) ? ['a header that was put in'] : []),
  ...(got.milliseconds > mostMs ? [`${Math.round(got.milliseconds)} ms`] : []),
  ...(got.status === 200 && got.type.startsWith('text/event-stream') ? (got.text.includes('event: response.created\n') ? ofResponse : ofStream)(got.text) : ofWhole(got)),
];
