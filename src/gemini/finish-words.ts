/** What each of Gemini's reasons means, in words for people who have not read Google's documents. */
const words: Readonly<Record<string, string>> = {
  SAFETY: 'its safety filters took it for harmful',
  RECITATION: 'too close to a text that others own',
  BLOCKLIST: 'a word on a list of forbidden ones',
  PROHIBITED_CONTENT: 'content that Google never allows',
  SPII: 'personal data that must stay private',
  LANGUAGE: 'a language that the model does not speak',
  ESCALATION: 'content that Google holds back',
  IMAGE_SAFETY: 'its safety filters took the picture for harmful',
  IMAGE_PROHIBITED_CONTENT: 'a picture that Google never allows',
  IMAGE_RECITATION: 'too close to a picture that others own',
  MALFORMED_FUNCTION_CALL: 'the model called a tool in a way that nobody can read',
  MALFORMED_RESPONSE: 'the model broke the form of its own answer',
  UNEXPECTED_TOOL_CALL: 'the model called a tool that it was not given',
  TOO_MANY_TOOL_CALLS: 'the model called tools again and again without coming to an answer',
  MISSING_THOUGHT_SIGNATURE: 'the history lacks a signature that this model wants on its earlier tool calls',
  NO_IMAGE: 'the model drew no picture',
  IMAGE_OTHER: 'the picture failed for a reason that Gemini does not tell',
  OTHER: 'for a reason that Gemini does not tell',
  STOP: 'the model ended without a word',
  FINISH_REASON_UNSPECIFIED: 'without a reason',
  MAX_TOKENS: 'the answer reached its length limit',
};

const mostReason = 60;

/** A reason with what it means, `SAFETY: …`; alone where we don't know it. */
export const finishWords = (reason: string): string =>
  Object.hasOwn(words, reason) ? `${reason}: ${words[reason] ?? ''}` : reason.slice(0, mostReason);
