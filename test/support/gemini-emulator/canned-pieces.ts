import { cannedCalls } from './canned-calls.ts';
import { sidesOf, tinyPng, tone, wav } from './canned-media.ts';
import { cannedText, textPieces } from './canned-text.ts';
import { cannedTranscript } from './canned-transcript.ts';
import { groundingOf } from './grounding.ts';
import { numberAt, objectAt, textAt, textsAt, type JsonObject } from './json.ts';
import type { Question } from './question.ts';
import { tokensOf } from './usage.ts';

/** One frame's news for one candidate. */
export type Piece = {
  readonly index: number;
  readonly parts: readonly JsonObject[];
  /** Tokens of the visible output. */
  readonly tokens: number;
  readonly finishReason?: string;
  /** Further fields of the candidate. */
  readonly extra?: JsonObject;
};

/** Where names and signatures come from that the emulator gives out. */
export type Makes = { readonly signature: () => string; readonly id: () => string };

const pieceSize = 24;

const inline = (mimeType: string, data: Buffer): JsonObject => ({ inlineData: { mimeType, data: data.toString('base64') } });

const textOf = (text: string, index = 0): Piece => ({ index, parts: [{ text }], tokens: tokensOf(text) });

/** Gemini 3 and later: each call in a frame of its own, only the first signed, and a last frame that closes. */
const callPieces = ({ traits }: Question, calls: readonly { readonly name: string; readonly args: unknown }[], makes: Makes): readonly Piece[] => {
  const tokens = calls.map((call) => tokensOf(JSON.stringify(call)));
  const finishMessage = 'Model generated function call(s).';
  if (traits.generation < 3) {
    const parts = calls.map((call) => ({ functionCall: call }));
    return [{ index: 0, parts, tokens: tokens.reduce((sum, one) => sum + one, 0), finishReason: 'STOP', extra: { finishMessage } }];
  }
  return [
    ...calls.map((call, at) => ({
      index: 0,
      parts: [{ functionCall: { id: makes.id(), ...call }, ...(at === 0 ? { thoughtSignature: makes.signature() } : {}) }],
      tokens: tokens[at] ?? 0,
    })),
    { index: 0, parts: [{ text: '' }], tokens: 0, finishReason: 'STOP', extra: { finishMessage } },
  ];
};

const picturePieces = ({ config, traits }: Question, makes: Makes): readonly Piece[] => {
  const [width, height] = sidesOf(textAt(objectAt(config, 'imageConfig'), 'aspectRatio'));
  const asked = textsAt(config, 'responseModalities');
  const words = asked.length === 0 || asked.includes('TEXT');
  const signed = traits.generation < 3 ? {} : { thoughtSignature: makes.signature() };
  const draft = objectAt(config, 'thinkingConfig')['includeThoughts'] === true && traits.generation > 2;
  return [
    ...(draft ? [{ index: 0, parts: [{ ...inline('image/png', tinyPng(width, height, [128, 128, 128])), thought: true }], tokens: 0 }] : []),
    ...(words ? [textOf('Here is a canned picture 🖼️: ')] : []),
    { index: 0, parts: [{ ...inline('image/png', tinyPng(width, height, [66, 133, 244])), ...signed }], tokens: 1120 },
    ...(words ? [textOf(' Voilà, a plain colour.')] : []),
    { index: 0, parts: [], tokens: 0, finishReason: 'STOP' },
  ];
};

const speechPieces = ({ model }: Question): readonly Piece[] => {
  const samples = tone(100);
  const newer = model.startsWith('gemini-3.8');
  const part = newer ? inline('audio/wav', wav(samples)) : inline('audio/L16;codec=pcm;rate=24000', samples);
  return [{ index: 0, parts: [part], tokens: 3 }, { index: 0, parts: [], tokens: 0, finishReason: 'STOP' }];
};

const transcriptPieces = ({ config }: Question): readonly Piece[] => [
  ...cannedTranscript(objectAt(config, 'audioTranscriptionConfig')).map((audioTranscription) => ({ index: 0, parts: [{ text: textAt(audioTranscription, 'text') ?? '', audioTranscription }], tokens: 5 })),
  { index: 0, parts: [], tokens: 0, finishReason: 'STOP' },
];

/** A server-side tool's own finish comes before the answer, as in Google's streams. */
const codePieces = ({ builtIn, text, traits }: Question): readonly Piece[] => {
  if (!builtIn.includes('codeExecution') || !/\b(code|python|calculate|compute)\b/i.test(text)) return [];
  const parts = [
    { executableCode: { language: 'PYTHON', code: 'print(6 * 7)\n' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42\n' } },
  ];
  return [{ index: 0, parts, tokens: 12, ...(traits.generation < 3 ? {} : { finishReason: 'STOP' }) }];
};

const stopped = (text: string, config: JsonObject): string => {
  const ends = textsAt(config, 'stopSequences').map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return text.slice(0, Math.min(text.length, ...ends));
};

const logprobs = (text: string): JsonObject => {
  const chosen = textPieces(text, 4).map((token, at) => ({ token, tokenId: 1000 + at, logProbability: -0.01 * (at + 1) }));
  const sum = chosen.reduce((total, { logProbability }) => total + logProbability, 0);
  return {
    avgLogprobs: sum / Math.max(1, chosen.length),
    logprobsResult: { chosenCandidates: chosen, topCandidates: chosen.map((one) => ({ candidates: [one] })) },
  };
};

const textAnswer = (question: Question, makes: Makes, index: number): readonly Piece[] => {
  const { config, builtIn, traits } = question;
  const text = stopped(`${index === 0 ? '' : `(${index + 1}) `}${cannedText(question)}`, config);
  const extra = {
    ...(builtIn.includes('googleSearch') ? { groundingMetadata: groundingOf(text, question.text) } : {}),
    ...(config['responseLogprobs'] === true ? logprobs(text) : {}),
  };
  const pieces = textPieces(text, pieceSize).map((piece) => textOf(piece, index));
  const last = pieces.at(-1) ?? textOf('', index);
  if (traits.generation < 3) return [...pieces.slice(0, -1), { ...last, finishReason: 'STOP', extra }];
  return [...pieces, { index, parts: [{ text: '', thoughtSignature: makes.signature() }], tokens: 0, finishReason: 'STOP', extra }];
};

/** What the emulated model says to a question, frame by frame, before token limits and usage. */
export const cannedPieces = (question: Question, makes: Makes): readonly Piece[] => {
  const { traits, config } = question;
  if (traits.output === 'image') return picturePieces(question, makes);
  if (traits.output === 'audio') return speechPieces(question);
  if (question.model.includes('-transcribe')) return transcriptPieces(question);
  const calls = cannedCalls(question);
  if (calls.length > 0) return callPieces(question, calls, makes);
  const candidates = Array.from({ length: numberAt(config, 'candidateCount') ?? 1 }, (_, index) => textAnswer(question, makes, index));
  return [...codePieces(question), ...candidates.flat()];
};
