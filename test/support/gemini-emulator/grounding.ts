import type { JsonObject } from './json.ts';

const pages = ['emulated-news.example', 'emulated-wiki.example'];

const bytesBefore = (text: string, at: number): number => Buffer.byteLength(text.slice(0, at));

const support = (text: string, sentence: string, chunk: number): JsonObject => {
  const startIndex = bytesBefore(text, text.indexOf(sentence));
  return {
    segment: { startIndex, endIndex: startIndex + Buffer.byteLength(sentence), text: sentence },
    groundingChunkIndices: [chunk],
    confidenceScores: [0.9],
  };
};

/** What Google adds to an answer that a web search supports; offsets count bytes of UTF-8. */
export const groundingOf = (text: string, query: string): JsonObject => {
  const sentences = (text.match(/[^.!]+[.!]/g) ?? [text]).map((sentence) => sentence.trim()).slice(0, 2);
  return {
    searchEntryPoint: { renderedContent: '<div class="container"><a class="chip">emulated search</a></div>' },
    groundingChunks: pages.map((title) => ({ web: { uri: `https://${title}/redirect`, title } })),
    groundingSupports: sentences.map((sentence, at) => support(text, sentence, at % pages.length)),
    webSearchQueries: [query.slice(0, 80)],
  };
};
