import type { Delta, ReasoningDetail } from './chunk.ts';
import type { ChatTerms } from '../ask/request.ts';

const format = 'google-gemini-v1';

/** True when the request speaks of reasoning in OpenRouter's words: it is then answered in them too. */
export const wantsDetails = (asked: ChatTerms): boolean =>
  asked.reasoning !== undefined || asked.include_reasoning === true;

const encryptedDetail = (data: string, id?: string): ReasoningDetail => ({
  type: 'reasoning.encrypted',
  data,
  ...(id === undefined ? {} : { id }),
  format,
  index: 0,
});

const detailsOf = (delta: Delta): readonly ReasoningDetail[] => [
  ...(delta.reasoning_content === undefined
    ? []
    : [{ type: 'reasoning.text' as const, text: delta.reasoning_content, format, index: 0 }]),
  ...(delta.tool_calls ?? []).flatMap(({ id, extra_content: extra }) =>
    extra?.google.thought_signature === undefined ? [] : [encryptedDetail(extra.google.thought_signature, id)],
  ),
  ...(delta.extra_content?.google.thought_signature === undefined
    ? []
    : [encryptedDetail(delta.extra_content.google.thought_signature)]),
];

/** The same delta with its thoughts and signatures as OpenRouter gives them, beside the usual fields. */
export const withDetails = (delta: Delta): Delta => {
  const details = detailsOf(delta);
  return {
    ...delta,
    ...(delta.reasoning_content === undefined ? {} : { reasoning: delta.reasoning_content }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  };
};

/** Details of a whole answer: thoughts that follow each other are one text. */
export const joinedDetails = (details: readonly ReasoningDetail[]): readonly ReasoningDetail[] => {
  const joined: ReasoningDetail[] = [];
  for (const detail of details) {
    const last = joined.at(-1);
    if (detail.type === 'reasoning.text' && last?.type === 'reasoning.text')
      joined[joined.length - 1] = { ...last, text: last.text + detail.text };
    else joined.push(detail);
  }
  return joined;
};
