import { at, type Json } from '../responses.ts';
import { weather, type Answer, type Door, type Finish } from './door.ts';
import { countAt as count, finishOf, listIn, textAt } from './fields.ts';
import { google } from './published.ts';

const finishes: Readonly<Record<string, Finish>> = { STOP: 'end', MAX_TOKENS: 'cut', SAFETY: 'blocked', PROHIBITED_CONTENT: 'blocked' };

const endOf = (frames: readonly Json[], hasCalls: boolean): Finish => {
  const reason = frames.map((frame) => at(frame, 'candidates.0.finishReason')).findLast((one) => one !== undefined);
  const told = reason === undefined ? 'blocked' : finishOf(finishes, String(reason));
  return told === 'end' && hasCalls ? 'calls' : told;
};

const answerOf = (frames: readonly Json[]): Answer => {
  const parts = frames.flatMap((frame) => listIn(frame, 'candidates.0.content.parts'));
  const shown = parts.filter(({ thought }) => thought !== true);
  const calls = shown.flatMap(({ functionCall: call }) => (call === undefined ? [] : [{ id: String(at(call, 'id')), name: String(at(call, 'name')), args: at(call, 'args') }]));
  const usage = frames.findLast((frame) => frame['usageMetadata'] !== undefined)?.['usageMetadata'];
  const thoughts = count(usage, 'thoughtsTokenCount');
  return {
    text: shown.map(({ text }) => (typeof text === 'string' ? text : '')).join(''),
    thoughts: parts.filter(({ thought }) => thought === true).map((part) => textAt(part, 'text')).join(''),
    calls,
    pictures: shown.flatMap(({ inlineData }) => (inlineData === undefined ? [] : [String(at(inlineData, 'data'))])),
    finish: endOf(frames, calls.length > 0),
    blocked: frames.map((frame) => textAt(frame, 'promptFeedback.blockReason')).join(''),
    usage: {
      input: count(usage, 'promptTokenCount') + count(usage, 'toolUsePromptTokenCount'),
      cached: count(usage, 'cachedContentTokenCount'),
      output: count(usage, 'candidatesTokenCount') + thoughts,
      thoughts,
    },
    // The words of thoughts go up from no other door, and need not from this one.
    back: [{ role: 'model', parts: shown }],
  };
};

/** Google's SDKs wait by the body's RetryInfo, others by the header: both say the same. What Google says of an outage is as it came. */
const waitFaults = (error: unknown, { status, headers }: Response): readonly string[] => {
  const header = status === 503 ? null : headers.get('retry-after');
  const waits = listIn(error, 'error.details').map((detail) => textAt(detail, 'retryDelay')).filter((delay) => delay !== '');
  return header === null || waits.some((delay) => Math.abs(Number.parseFloat(delay) - Number(header)) <= 1) ? [] : [`waits ${header} and ${waits.join()}`];
};

/** Google's own generateContent. */
export const nativeDoor: Door = {
  errorWord: 'error.status',
  name: 'native',
  says: (text, picture) => [{ role: 'user', parts: [{ text }, ...(picture === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: picture } }])] }],
  results: (calls, result) => [{ role: 'user', parts: calls.map(({ id, name }) => ({ functionResponse: { id, name, response: result } })) }],
  request: ({ model, turns, stream, tools, thinks, most }) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: turns,
      ...(tools === true ? { tools: [{ functionDeclarations: [{ name: weather.name, description: weather.description, parametersJsonSchema: weather.parameters }] }] } : {}),
      generationConfig: {
        ...(most === undefined ? {} : { maxOutputTokens: most }),
        ...(thinks === true ? { thinkingConfig: { includeThoughts: true, thinkingLevel: 'HIGH' } } : {}),
      },
    },
  }),
  credential: (password) => ({ 'x-goog-api-key': password }),
  whole: async (body) => {
    const value = JSON.parse(body) as Json;
    return { answer: answerOf([value]), faults: google('GenerateContentResponse', value) };
  },
  streamed: async (body) => {
    const frames = body.split('\r\n\r\n').slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Json);
    return { answer: answerOf(frames), faults: frames.flatMap((frame) => google('GenerateContentResponse', frame)) };
  },
  errorFaults: (error, response) => [
    ...google('GoogleError', error),
    ...waitFaults(error, response),
    ...(at(error, 'error.code') === response.status && /^[A-Z_]+$/.test(String(at(error, 'error.status'))) ? [] : [`the error is ${JSON.stringify(error)}`]),
  ],
};
