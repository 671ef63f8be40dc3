import { objectAt, objectsAt, textAt, type JsonObject } from './json.ts';
import type { Question } from './question.ts';
import { sampleValue } from './sample-value.ts';

const greeting = 'Grüße, здравствуйте, こんにちは, 你好, مرحبا, 👋🏽 👩‍👩‍👧 🌍! ';

const mostEchoed = 240;

const echo = (text: string): string => Array.from(text).slice(0, mostEchoed).join('');

const resultsText = (results: readonly JsonObject[]): string =>
  results.map((result) => `${textAt(result, 'name')} said ${echo(JSON.stringify(result['response']))}`).join('; ');

const schemaOf = (config: JsonObject): unknown =>
  config['responseJsonSchema'] ?? config['_responseJsonSchema'] ?? config['responseSchema'] ?? objectAt(objectAt(config, 'responseFormat'), 'text')['schema'];

/** True when the answer must be JSON. */
const asksForJson = (config: JsonObject): boolean =>
  textAt(config, 'responseMimeType') === 'application/json' ||
  textAt(objectAt(objectAt(config, 'responseFormat'), 'text'), 'mimeType') === 'APPLICATION_JSON';

const structured = ({ config, text }: Question): string => {
  const schema = schemaOf(config);
  return JSON.stringify(schema === undefined ? { canned: true, youWrote: echo(text) } : sampleValue(schema), null, 2);
};

const plain = ({ model, body, text, results }: Question): string => {
  const about = results.length > 0 ? `The function ${resultsText(results)}.` : `You wrote: “${echo(text)}”.`;
  const turns = objectsAt(body, 'contents').length;
  const instructed = body['systemInstruction'] === undefined ? '' : ', with a system instruction';
  return `${greeting}This is a canned answer from the Gemini emulator, not from a model. ${about} (${model}, ${turns} ${turns === 1 ? 'turn' : 'turns'}${instructed})`;
};

/** The text of the canned answer: JSON by the schema asked for, else words in several scripts that echo the question. */
export const cannedText = (question: Question): string => {
  if (asksForJson(question.config)) return structured(question);
  return textAt(question.config, 'responseMimeType') === 'text/x.enum' ? String(sampleValue(schemaOf(question.config))) : plain(question);
};

/** Cuts a text into pieces of so many code points; what looks like one character may be cut. */
export const textPieces = (text: string, size: number): readonly string[] => {
  const points = Array.from(text);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) => points.slice(at * size, (at + 1) * size).join(''));
};
