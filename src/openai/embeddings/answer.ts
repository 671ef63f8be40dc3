import { atOnce, breathe } from '../../kernel/breathe.ts';
import { jsonText } from '../../kernel/well-formed.ts';
import type { Embedded } from '../../gemini/embeddings.ts';
import { json, type Whole } from '../../ports/reply.ts';
import type { EmbeddingRequest } from './request.ts';

/** To unit length: OpenAI's vectors have it, Gemini's shortened ones don't (reference: Gemini's embeddings guide). */
export const normaliseVector = (vector: readonly number[]): readonly number[] => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
};

/** Little-endian 32-bit floats in base64: what the official SDKs ask for. */
export const asBase64 = (vector: readonly number[]): string => {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [at, value] of vector.entries()) bytes.setFloat32(at * 4, value, true);
  return Buffer.from(bytes.buffer).toString('base64');
};

/** Where Google tells no count: about four characters a token. */
const estimateTokens = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(text.length / 4)), 0);

const tokensOf = (answers: readonly Embedded[], texts: readonly string[]): number => {
  const told = answers.flatMap(({ tokens }) => tokens ?? []);
  return told.length === answers.length ? told.reduce((sum, count) => sum + count, 0) : estimateTokens(texts);
};

/** The list's JSON, in pieces between which the event loop breathes: 2,048 vectors as numbers are 130 MB. */
const writeItems = async (items: Iterable<object>, end: object): Promise<Pick<Whole, 'body' | 'pieces'>> => {
  const pieces: Uint8Array[] = [];
  let text = '{"object":"list","data":[';
  let before = '';
  for (const item of items) {
    text += before + JSON.stringify(item);
    before = ',';
    if (text.length < atOnce) continue;
    pieces.push(Buffer.from(text));
    text = '';
    await breathe();
  }
  text += `],${jsonText(end).slice(1)}`;
  return pieces.length === 0 ? { body: text } : { body: '', pieces: [...pieces, Buffer.from(text)] };
};

/** The answer to POST /v1/embeddings: one vector a text, in the order asked. */
export const embeddingAnswer = async (
  asked: EmbeddingRequest,
  texts: readonly string[],
  answers: readonly Embedded[],
): Promise<Whole> => {
  const tokens = tokensOf(answers, texts);
  const show = asked.encoding_format === 'base64' ? asBase64 : (vector: readonly number[]) => vector;
  function* items(): Generator<object, void, undefined> {
    let index = 0;
    for (const { vectors } of answers) {
      for (const vector of vectors) {
        yield { object: 'embedding', index, embedding: show(normaliseVector(vector)) };
        index += 1;
      }
    }
  }
  const end = { model: asked.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  const { kind, status, headers } = json(200, null);
  return { kind, status, headers, ...(await writeItems(items(), end)) };
};
