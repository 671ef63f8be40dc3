import { knownWords } from './known-words.ts';

/** Where in a request: `contents[0].parts[1].text`, `GenerateContentRequest.tools[0].tool_type`. */
const isPath = (token: string): boolean =>
  /^(?:GenerateContentRequest|contents?|parts|requests|tools?|tool_config|toolConfig|generation_config|generationConfig|system_instruction|systemInstruction|safety_settings|safetySettings|cached_content|cachedContent|model)(?:[.[][\w.[\]()]{0,200})?$/.test(token);

/** An enum value of Google's wire: `TYPE_STRING`, `MINIMAL`. */
const isWireWord = (token: string): boolean => /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){0,8}$/.test(token) && token.length <= 40;

const isModel = (token: string): boolean => /^(?:models\/)?(?:gemini|gemma|imagen|veo|lyria|text-embedding|embedding|learnlm)-[\w.-]{1,60}$/.test(token);

const isMimeType = (token: string): boolean => /^(?:image|audio|video|text|application|font|model|multipart)\/[\w.+-]{1,60}$/.test(token);

/** A count of tokens, a place, a range's end. A project's number has twelve digits, an address four groups. */
const isNumber = (token: string): boolean => /^-?\d{1,9}(?:\.\d{1,9})?%?$/.test(token);

/** A field's name that is put together from known words: `allowed_function_names`, `functionResponse`. */
const isField = (token: string): boolean => /^[A-Za-z_]{3,60}$/.test(token) && token.split(/_|(?=[A-Z])/).every((word) => knownWords.has(word.toLowerCase()));

/** A message of Google's own: `type.googleapis.com/google.protobuf.Struct`. */
const isType = (token: string): boolean => /^type\.googleapis\.com\/google\.[\w.]{1,100}$/.test(token);

const checks = [isPath, isType, isField, isWireWord, isModel, isMimeType, isNumber];

const isHarmless = (token: string): boolean => knownWords.has(token.toLowerCase()) || checks.some((check) => check(token));

const hidden = '[…]';

/** A token without the signs around it: quotes, brackets, what ends a sentence. */
const around = /^([*"'`([{<,;:.]{0,4})(.{0,250}?)(["'`)\]}>,;:.!?]{0,4})$/s;

const shownToken = (token: string): string => {
  const [, before = '', core = '', after = ''] = around.exec(token) ?? [];
  return token.length <= 250 && (core === '' || isHarmless(core)) ? token : `${before}${hidden}${after}`;
};

/** Where Google quotes a name that the caller chose: of a field, of a function. */
const ownName = /(Unknown name "|function call `default_api:|function call `|function name `|declaration found: )([\w$-]{1,64})(?=["`\s]|$)/g;

const mostMessage = 1000;

const shown = (text: string): string =>
  text
    .split(/(\s+)/)
    .map((token) => (/^\s*$/.test(token) ? token : shownToken(token)))
    .join('');

/**
 * Google's text as a caller may read it: known words of its errors, fields of a request, numbers, models, kinds of
 * media. All else is hidden, for it may name the owner's key, project, account, bucket or address.
 */
export const harmlessText = (message: string): string => {
  const text = message.slice(0, mostMessage);
  const pieces: string[] = [];
  let from = 0;
  for (const { index, 1: before = '', 2: name = '' } of text.matchAll(ownName)) {
    pieces.push(shown(text.slice(from, index)), before, name);
    from = index + before.length + name.length;
  }
  pieces.push(shown(text.slice(from)));
  return pieces.join('').replaceAll(/(?:\[…\]\s){2,}/g, `${hidden} `);
};
