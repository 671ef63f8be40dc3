import { E, pipe, t } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { speechBounds } from '../field-bounds.ts';
import { decodeWithin, oneOf, optional, stringOr, within } from '../../wire/codec.ts';

const mostCharacters = 4096;

const speechRequest = t.type({
  model: t.string,
  input: t.string,
  voice: stringOr(t.type({ id: t.string })),
  response_format: optional(oneOf(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'])),
  speed: optional(within(0.25, 4)),
  instructions: optional(t.string),
  stream_format: optional(oneOf(['audio', 'sse'])),
});

/** OpenAI's CreateSpeechRequest. */
export type SpeechRequest = t.TypeOf<typeof speechRequest>;

const tooLong = (field: string, value: string | undefined): ProxyError | null =>
  value !== undefined && value.length > mostCharacters && Array.from(value).length > mostCharacters
    ? invalid(
        `Invalid value for '${field}': at most ${mostCharacters} characters are spoken at once.`,
        field,
        'invalid_value',
      )
    : null;

const emptyError = (field: string, value: string): ProxyError | null =>
  value.trim() === '' ? invalid(`Invalid value for '${field}': it is empty.`, field, 'invalid_value') : null;

const decodeFields = decodeWithin(speechBounds, speechRequest);

/** Decodes the body of POST /v1/audio/speech. */
export const decodeSpeechRequest = (body: unknown): E.Either<ProxyError, SpeechRequest> =>
  pipe(
    decodeFields(body),
    E.flatMap((asked) => {
      const voice = typeof asked.voice === 'string' ? asked.voice : asked.voice.id;
      const fault =
        emptyError('input', asked.input) ??
        emptyError('voice', voice) ??
        tooLong('input', asked.input) ??
        tooLong('instructions', asked.instructions);
      return fault === null ? E.right(asked) : E.left(fault);
    }),
  );
