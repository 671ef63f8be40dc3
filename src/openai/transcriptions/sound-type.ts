import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { viewOfBytes } from '../../gemini/byte-view.ts';
import { soundKind } from '../../gemini/media-kind.ts';
import type { FormFile } from '../../ports/form.ts';

const named = 'flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav and webm';

/** The media type to send a recording by: what its bytes say, else what the client said, else its name. */
export const soundType = ({ bytes, filename, mimeType }: FormFile): E.Either<ProxyError, string> => {
  const type = soundKind(viewOfBytes(bytes), { declared: mimeType, name: filename });
  return type === null
    ? E.left(
        invalid(
          `Invalid value for 'file': it is no recording of a known kind. These are read: ${named}.`,
          'file',
          'unsupported_value',
        ),
      )
    : E.right(type);
};
