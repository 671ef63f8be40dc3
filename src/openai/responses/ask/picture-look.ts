import { E, t } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { imageTraits } from '../../../gemini/image-traits.ts';
import type { GenerationConfig, ImageConfig } from '../../../gemini/request.ts';
import { decodeWith, optional, record } from '../../../wire/codec.ts';
import { imageConfig } from '../../images/size.ts';
import type { ResponseFields } from './response-fields.ts';

const wish = record({ size: optional(t.string), quality: optional(t.string) });

/** What pictures are to look like, as `image_generation` among the tools says; `model` draws. */
export const pictureLook = (
  { tools = [] }: ResponseFields,
  model: string,
): E.Either<ProxyError, GenerationConfig> => {
  const at = tools.findIndex(({ type }) => type === 'image_generation');
  if (at < 0) return E.right({});
  const read = decodeWith(wish, `tools.${at}`)(tools[at]);
  if (E.isLeft(read)) return read;
  const { size, quality } = read.right;
  return E.map((config: ImageConfig): GenerationConfig =>
    Object.keys(config).length === 0 ? {} : { imageConfig: config },
  )(imageConfig({ size: [`tools.${at}.size`, size], quality }, imageTraits(model)));
};
