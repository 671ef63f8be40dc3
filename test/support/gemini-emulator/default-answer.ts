import { cannedPieces, type Makes, type Piece } from './canned-pieces.ts';
import type { Asked } from './controls.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import { questionOf, type Question } from './question.ts';
import { thoughtTokens } from './thought-tokens.ts';
import { promptTokens, tokenLimit, usageMetadata } from './usage.ts';

const thoughtPiece: Piece = {
  index: 0,
  parts: [{ text: '**Canned thinking**\n\nThe emulator does not think; it says so — ですね.\n\n', thought: true }],
  tokens: 0,
};

const shortened = (piece: Piece, tokens: number): Piece => {
  const text = textAt(piece.parts[0], 'text') ?? '';
  const bytes = Buffer.from(text).subarray(0, tokens * 4).toString('utf8').replace(/\uFFFD+$/, '');
  return { ...piece, parts: tokens > 0 ? [{ text: bytes }] : [], tokens, finishReason: 'MAX_TOKENS', extra: {} };
};

const isText = (piece: Piece): boolean => textAt(piece.parts[0], 'text') !== undefined;

/** Ends a text where its tokens are used up. */
const limited = (pieces: readonly Piece[], most: number): readonly Piece[] => {
  let spent = 0;
  const kept: Piece[] = [];
  for (const piece of pieces) {
    if (isText(piece) && spent + piece.tokens > most) return [...kept, shortened(piece, most - spent)];
    spent += piece.tokens;
    kept.push(piece);
  }
  return kept;
};

const candidate = ({ index, parts, finishReason, extra }: Piece): JsonObject => ({
  content: { ...(parts.length === 0 ? {} : { parts }), role: 'model' },
  ...(finishReason === undefined ? {} : { finishReason }),
  index,
  ...extra,
});

const piecesOf = (question: Question, thoughts: number | null, makes: Makes): readonly Piece[] => {
  const most = tokenLimit(question.config);
  if (thoughts !== null && thoughts >= most) return [{ index: 0, parts: [], tokens: 0, finishReason: 'MAX_TOKENS' }];
  const shows = thoughts !== null && objectAt(question.config, 'thinkingConfig')['includeThoughts'] === true;
  return [...(shows ? [thoughtPiece] : []), ...limited(cannedPieces(question, makes), most - (thoughts ?? 0))];
};

/** The canned answer to a request: the frames of its stream, with usage that grows from frame to frame. */
export const defaultAnswer = ({ model, body }: Pick<Asked, 'model' | 'body'>, makes: Makes): readonly JsonObject[] => {
  const question = questionOf(model, body);
  const thought = thoughtTokens(question.traits, question.config);
  const thoughts = thought === null ? null : Math.min(thought, tokenLimit(question.config));
  const prompt = promptTokens(body);
  const toolUse = question.builtIn.includes('googleSearch') ? 31 : null;
  const responseId = makes.id();
  let candidates = 0;
  return piecesOf(question, thoughts, makes).map((piece) => {
    candidates += piece.tokens;
    return {
      candidates: [candidate(piece)],
      usageMetadata: usageMetadata({ prompt, toolUse, thoughts, candidates: candidates === 0 ? null : candidates }),
      modelVersion: model,
      responseId,
    };
  });
};
