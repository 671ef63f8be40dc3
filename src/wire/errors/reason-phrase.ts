import type { ProxyError } from '../../kernel/proxy-error.ts';
import { headerText } from '../../kernel/header-text.ts';

const mostCharacters = 120;
/** Names of fields are no longer. */
const longestField = 40;
/** An error's own words are shorter. What is longer quotes something. */
const longestSentence = 400;

/** For errors whose sentence holds something of the request, or of what Google said about it. */
const sayings: Readonly<Partial<Record<ProxyError['tag'], string>>> = {
  NoSuchRoute: 'Unknown request URL',
  MethodNotAllowed: 'This method is not allowed here',
  ModelNotFound: 'Unknown model: choose a Gemini model, for example gemini-flash-latest',
  GeminiInvalid: 'Gemini refused the request',
  Defect: 'The service has a defect: try again',
};

const firstSentence = (text: string): string => {
  const end = /[.!?](?:\s|$)/.exec(text);
  return end === null ? text : text.slice(0, end.index);
};

const marks = new Set(["'", '"', '`', '“', '”', '‘', '’']);
const isLetter = (character = ''): boolean => /^[a-z]$/i.test(character);

/** Not the apostrophe of `Gemini's`. */
const isQuote = (text: string, at: number): boolean =>
  marks.has(text[at] ?? '') && !(isLetter(text[at - 1]) && isLetter(text[at + 1]));

/** From the first quotation mark to the last one, or to the end: a quoted text may hold such marks itself. */
const withoutQuotes = (text: string): string => {
  const quotes = Array.from({ length: text.length }, (_, at) => at).filter((at) => isQuote(text, at));
  const [first] = quotes;
  if (first === undefined) return text;
  return `${text.slice(0, first)}...${quotes.length === 1 ? '' : text.slice((quotes.at(-1) ?? 0) + 1)}`;
};

/** The field's first name stays, `messages` of `messages.0.content`: it is ours; what follows may be the caller's. */
const ofField = (text: string, param: string | null): string => {
  if (param === null || !text.includes(`'${param}`)) return withoutQuotes(text);
  const [name = ''] = param.split(/[.[]/, 1);
  const at = text.indexOf(`'${param}`);
  const rest = text.slice(at + param.length + 2);
  return `${withoutQuotes(text.slice(0, at))}${name.length <= longestField ? name : '...'}${withoutQuotes(rest)}`;
};

/**
 * An error's first sentence for the HTTP/1.1 status line, which is all that some clients show of it (SillyTavern):
 * ASCII, at most 120 characters, and nothing of the request in it.
 */
export const reasonPhrase = (error: ProxyError, message: string): string => {
  const saying = sayings[error.tag];
  if (saying !== undefined) return saying;
  const sentence = firstSentence(message);
  if (sentence.length > longestSentence) return 'Invalid request';
  return headerText(ofField(sentence, error.tag === 'InvalidRequest' ? error.param : null), mostCharacters);
};
