import { knownWords, modelWords } from './known-words.ts';

/** Where in a request: `contents[0].parts[1].text`, `GenerateContentRequest.tools[0].tool_type`. */
const isPath = (token: string): boolean =>
  /^(?:GenerateContentRequest|contents?|parts|requests|tools?|tool_config|toolConfig|generation_config|generationConfig|system_instruction|systemInstruction|safety_settings|safetySettings|cached_content|cachedContent|model)(?:[.[][\w.[\]()]{0,200})?$/.test(
    token,
  );

const modelFamilies: ReadonlySet<string> = new Set([
  'gemini',
  'gemma',
  'imagen',
  'veo',
  'lyria',
  'learnlm',
  'text',
  'embedding',
]);

/**
 * A version, a size, a date, or a word that Google's model names are made of: a project may be called `gemini-shop`.
 */
const isModelPart = (part: string): boolean =>
  /^\d{1,4}(?:\.\d{1,2})?[a-z]?$|^e?\d{1,3}b$/.test(part) || modelWords.has(part);

const isModel = (token: string): boolean => {
  const [family = '', ...parts] = token.replace(/^models\//, '').split('-');
  return modelFamilies.has(family) && parts.length > 0 && parts.every(isModelPart);
};

const isMimeType = (token: string): boolean =>
  /^(?:image|audio|video|text|application|font|model|multipart)\/[\w.+-]{1,60}$/.test(token);

/** A count of tokens, a place, a range's end. A project's number has twelve digits, an address four groups. */
const isNumber = (token: string): boolean => /^-?\d{1,9}(?:\.\d{1,9})?%?$/.test(token);

const isKnown = (word: string): boolean => knownWords.has(word.toLowerCase());

/** A name that is put together from known words: `allowed_function_names`, `functionResponse`, `TYPE_STRING`. */
const isField = (token: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]{2,59}$/.test(token) && token.split(/_|(?<=[a-z])(?=[A-Z])/).every(isKnown);

/** A message of Google's own: `type.googleapis.com/google.protobuf.Struct`. */
const isType = (token: string): boolean => /^type\.googleapis\.com\/google\.[\w.]{1,100}$/.test(token);

/** A page of Google's documentation for everybody. */
const isDocumentation = (token: string): boolean => /^https:\/\/ai\.google\.dev\/[a-z/#-]{0,100}$/.test(token);

/** What a quota counts: `generativelanguage.googleapis.com/generate_content_free_tier_requests`. */
const isMetric = (token: string): boolean => /^generativelanguage\.googleapis\.com\/[a-z_]{1,80}$/.test(token);

/** A time to wait: `35.5s`. */
const isWait = (token: string): boolean => /^\d{1,5}(?:\.\d{1,9})?s$/.test(token);

const checks = [isMetric, isWait, isKnown, isPath, isField, isType, isModel, isMimeType, isNumber, isDocumentation];

const isHarmless = (token: string, own: string | null): boolean =>
  checks.some((check) => check(token)) || (own !== null && token.replace(/^models\//, '') === own);

const hidden = '[…]';

/** A token without the signs around it: quotes, brackets, what ends a sentence. */
const around = /^([*"'`([{<,;:.]{0,4})(.{0,250}?)(["'`)\]}>,;:.!?]{0,4})$/s;

const shownToken = (token: string, own: string | null): string => {
  const [, before = '', core = '', after = ''] = around.exec(token) ?? [];
  return token.length <= 250 && (core === '' || isHarmless(core, own)) ? token : `${before}${hidden}${after}`;
};

/** Where Google quotes a name that the caller chose: of a field, of a function. */
const ownName =
  /(Unknown name "|function call `default_api:|function call `|function name `|declaration found: )([\w$-]{1,64})(?=["`\s]|$)/g;

const mostMessage = 1000;

const showWords = (text: string, own: string | null): string =>
  text
    .split(/(\s+)/)
    .map((token) => (/^\s*$/.test(token) ? token : shownToken(token, own)))
    .join('');

/**
 * Google's text as a caller may read it: known words of its errors, fields of a request, numbers, models (the caller's
 * own by any name), kinds of media. All else is hidden, for it may name the owner's key, project, account, bucket or
 * address.
 */
export const harmlessText = (message: string, model: string | null = null): string => {
  const text = message.slice(0, mostMessage);
  const pieces: string[] = [];
  let from = 0;
  for (const { index, 1: before = '', 2: name = '' } of text.matchAll(ownName)) {
    pieces.push(showWords(text.slice(from, index), model), before, name);
    from = index + before.length + name.length;
  }
  pieces.push(showWords(text.slice(from), model));
  return pieces.join('').replaceAll(/(?:\[…\]\s){2,}/g, `${hidden} `);
};
