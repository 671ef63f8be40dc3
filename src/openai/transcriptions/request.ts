import { E, pipe, t } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { FormFile } from '../../ports/form.ts';
import { transcriptionBounds } from '../field-bounds.ts';
import { decodeWithin, oneOf } from '../../wire/codec.ts';
import { fileField, flagField, listField, numberField, optionalField } from '../../wire/form-fields.ts';

/** To write down what is said, or to say it in English. */
export type Task = 'transcribe' | 'translate';

/** OpenAI's limit for a file; in base64 it is a third more, and Gemini takes 100 MB at once. */
const mostMegabytes = 25;
const mostPrompt = 10_000;
const mostKeywords = 1000;

const transcriptionRequest = t.type({
  file: fileField,
  model: t.string,
  language: optionalField(t.string),
  languages: optionalField(listField(t.string)),
  keywords: optionalField(listField(t.string)),
  prompt: optionalField(t.string),
  response_format: optionalField(oneOf(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'])),
  temperature: optionalField(numberField(0, 2)),
  timestamp_granularities: optionalField(listField(oneOf(['word', 'segment']))),
  stream: optionalField(flagField),
  include: optionalField(listField(t.string)),
  known_speaker_names: optionalField(listField(t.string)),
  known_speaker_references: optionalField(listField(t.string)),
});

/** OpenAI's CreateTranscriptionRequest, or its CreateTranslationRequest, from a form. */
export type TranscriptionRequest = t.TypeOf<typeof transcriptionRequest>;

/** How a transcript may be written. */
export type ResponseFormat = NonNullable<TranscriptionRequest['response_format']>;

/** The format of the answer. */
export const formatOf = (asked: TranscriptionRequest): ResponseFormat => asked.response_format ?? 'json';

/** True for formats that say when something was said, or by whom. */
export const needsTimes = (asked: TranscriptionRequest): boolean => !['json', 'text'].includes(formatOf(asked));

const wrongParameter = (
  param: string,
  message: string,
  code: 'invalid_value' | 'unsupported_value' = 'unsupported_value',
): ProxyError => invalid(`Invalid value for '${param}': ${message}`, param, code);

const fileError = ({ bytes }: FormFile): ProxyError | null => {
  if (bytes.length === 0) return wrongParameter('file', 'the file is empty.', 'invalid_value');
  const megabytes = bytes.length / 1_048_576;
  return megabytes > mostMegabytes
    ? wrongParameter(
        'file',
        `it has ${megabytes.toFixed(1)} MB, and at most ${mostMegabytes} MB are taken. Send it in pieces, or compressed.`,
        'invalid_value',
      )
    : null;
};

const isLanguage = (code: string): boolean => /^[a-z]{2,3}(?:[-_][a-z\d]{2,8})*$/i.test(code.trim());

const languageError = ({ language, languages = [] }: TranscriptionRequest): ProxyError | null => {
  const expected = 'expected a language code such as en or zh-CN.';
  if (language !== undefined && !isLanguage(language)) return wrongParameter('language', expected, 'invalid_value');
  const at = languages.findIndex((one) => !isLanguage(one));
  return at < 0 ? null : wrongParameter(`languages.${at}`, expected, 'invalid_value');
};

const streamError = (asked: TranscriptionRequest): ProxyError | null =>
  asked.stream === true && ['srt', 'vtt', 'verbose_json'].includes(formatOf(asked))
    ? wrongParameter(
        'stream',
        `${formatOf(asked)} is written when all has been heard. Stream json, text or diarized_json.`,
      )
    : null;

const speakerError = (asked: TranscriptionRequest): ProxyError | null => {
  const field = (['known_speaker_names', 'known_speaker_references'] as const).find(
    (name) => (asked[name]?.length ?? 0) > 0,
  );
  return field === undefined
    ? null
    : wrongParameter(field, 'Gemini tells speakers apart but cannot be told who they are.');
};

const detailError = (asked: TranscriptionRequest): ProxyError | null => {
  if ((asked.include?.length ?? 0) > 0)
    return wrongParameter('include', 'Gemini gives no log probabilities for what it hears.');
  if (asked.timestamp_granularities !== undefined && formatOf(asked) !== 'verbose_json') {
    return wrongParameter('timestamp_granularities', "it goes with response_format 'verbose_json'.");
  }
  return null;
};

const sizeError = ({ prompt = '', keywords = [] }: TranscriptionRequest): ProxyError | null => {
  if (prompt.length > mostPrompt)
    return wrongParameter('prompt', `at most ${mostPrompt} characters are taken.`, 'invalid_value');
  return keywords.length > mostKeywords
    ? wrongParameter('keywords', `at most ${mostKeywords} are taken.`, 'invalid_value')
    : null;
};

const translationError = (asked: TranscriptionRequest): ProxyError | null =>
  needsTimes(asked) ? wrongParameter('response_format', 'translations have no times. Ask for json or text.') : null;

const faults = [languageError, streamError, speakerError, detailError, sizeError];

const decodeFields = decodeWithin(transcriptionBounds, transcriptionRequest);

/** Decodes the form of POST /v1/audio/transcriptions or translations. */
export const decodeTranscriptionRequest =
  (task: Task) =>
  (body: unknown): E.Either<ProxyError, TranscriptionRequest> =>
    pipe(
      decodeFields(body),
      E.flatMap((asked) => {
        const found = [...(task === 'translate' ? [translationError] : []), ...faults]
          .map((fault) => fault(asked))
          .find((fault) => fault !== null);
        const fault = fileError(asked.file) ?? found ?? null;
        return fault === null ? E.right(asked) : E.left(fault);
      }),
    );
