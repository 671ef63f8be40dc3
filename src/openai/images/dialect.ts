import type { Machine } from '../../kernel/machine.ts';
import type { Frame } from '../../gemini/response.ts';
import type { Dialect } from '../../ports/dialect.ts';
import { openaiErrors } from '../errors.ts';
import { isReadByGemini } from '../../gemini/inline-media.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { imageMachine, type ImageState } from './machine.ts';
import { imageFailure, imageFrames, imageHead, imagesResponse, type ImageHead, type ImageNews } from './reply.ts';
import { decodeEdit, decodeGeneration, type ImageRequest } from './request.ts';
import { showsDrafts, toGemini } from './to-gemini.ts';

type ImageDialect = Dialect<ImageRequest, ImageState, ImageNews>;

const isStreamed = (asked: ImageRequest): boolean => asked.stream === true;

/** As OpenAI has it: addresses where they are asked for, and from dall-e where nothing is said; never in a stream. */
const wantsAddress = (asked: ImageRequest): boolean => {
  const unsaid = asked.model?.startsWith('dall-e') === true ? 'url' : 'b64_json';
  return !isStreamed(asked) && (asked.response_format ?? unsaid) === 'url';
};

const machine = (asked: ImageRequest, head: ImageHead): Machine<ImageState, Frame, ImageNews> => {
  const { start, step, end } = imageMachine({ pictures: asked.n ?? 1, drafts: showsDrafts(asked) ? (asked.partial_images ?? 0) : 0 });
  return {
    start,
    step: (state, frame) => {
      const [next, events] = step(state, frame);
      return [next, events.map((event) => ({ event, head }))];
    },
    end: (state) => end(state).map((event) => ({ event, head })),
  };
};

const imageDialect = (settings: ModelSettings, name: ImageHead['name'], decode: ImageDialect['decode']): ImageDialect => ({
  decode,
  isStreamed,
  showsEarly: showsDrafts,
  mustBeWhole: true,
  job: 'image',
  callIds: () => [],
  mediaLinks: ({ sources }) =>
    sources.flatMap((source) => ('url' in source && !isReadByGemini(source.url) ? [{ url: source.url, path: source.path, isRequired: true }] : [])),
  toGemini: toGemini(settings),
  keepsImages: wantsAddress,
  machine: (asked, { created }) => machine(asked, imageHead(name, created, asked)),
  reply: { whole: imagesResponse, frames: imageFrames, failure: imageFailure, closing: '', errors: openaiErrors },
});

/** POST /v1/images/generations as data. */
export const generationsDialect = (settings: ModelSettings): ImageDialect => imageDialect(settings, 'image_generation', decodeGeneration);

/** POST /v1/images/edits as data. */
export const editsDialect = (settings: ModelSettings): ImageDialect => imageDialect(settings, 'image_edit', decodeEdit);
