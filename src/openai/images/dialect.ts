import { E, pipe } from '../../kernel/fp.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { Frame } from '../../gemini/response.ts';
import { isReadByGemini } from '../../gemini/inline-media.ts';
import { answerWriter, type AnswerForm, type AnswerWriter } from '../../ports/answer-writer.ts';
import type { Dialect, MediaLink } from '../../ports/dialect.ts';
import type { ModelSettings } from '../../wire/model-name.ts';
import { openaiReplies } from '../replies.ts';
import { imageMachine, type ImageState } from './machine.ts';
import { imageError, imageFrames, imageHead, imagesResponse, type ImageHead, type ImageNews } from './reply.ts';
import { decodeEdit, decodeGeneration, type ImageRequest } from './request.ts';
import { showsDrafts, toGemini } from './to-gemini.ts';

type ImageDialect = Dialect<ImageRequest>;

const isStreamed = (asked: ImageRequest): boolean => asked.stream === true;

/** As OpenAI has it: addresses where they are asked for, and from dall-e where nothing is said; never in a stream. */
const wantsAddress = (asked: ImageRequest): boolean => {
  const unsaid = asked.model?.startsWith('dall-e') === true ? 'url' : 'b64_json';
  return !isStreamed(asked) && (asked.response_format ?? unsaid) === 'url';
};

const machineFor = (asked: ImageRequest, head: ImageHead): Machine<ImageState, Frame, ImageNews> => {
  const drafts = showsDrafts(asked) ? (asked.partial_images ?? 0) : 0;
  const { start, step, end, fail } = imageMachine({ pictures: asked.n ?? 1, drafts });
  return {
    start,
    step: (state, frame) => {
      const [next, events] = step(state, frame);
      return [next, events.map((event) => ({ event, head }))];
    },
    end: (state) => end(state).map((event) => ({ event, head })),
    fail: (state, error) => fail(state, error).map((event) => ({ event, head })),
  };
};

const form: AnswerForm<ImageState, ImageNews> = {
  frames: imageFrames,
  whole: imagesResponse,
  failure: imageError,
  closing: '',
};

const answerOf = (asked: ImageRequest, head: ImageHead): AnswerWriter => answerWriter(machineFor(asked, head), form);

const linksOf = ({ sources }: ImageRequest): readonly MediaLink[] =>
  sources.flatMap((source) =>
    'url' in source && !isReadByGemini(source.url) ? [{ url: source.url, path: source.path, isRequired: true }] : [],
  );

const imageDialect = (
  settings: ModelSettings,
  name: ImageHead['name'],
  decode: ImageDialect['decode'],
): ImageDialect => ({
  decode,
  job: 'image',
  callIds: () => [],
  mediaLinks: linksOf,
  translate: (asked, context) =>
    pipe(
      toGemini(settings)(asked, context),
      E.map((call) => ({
        call,
        streamed: isStreamed(asked),
        shownEarly: showsDrafts(asked),
        judging: { refusesBlocks: true, mustBeWhole: true },
        keepsImages: wantsAddress(asked),
        encoding: null,
        answer: answerOf(asked, imageHead(name, context.created, asked)),
      })),
    ),
  replies: openaiReplies,
});

/** POST /v1/images/generations as data. */
export const generationsDialect = (settings: ModelSettings): ImageDialect =>
  imageDialect(settings, 'image_generation', decodeGeneration);

/** POST /v1/images/edits as data. */
export const editsDialect = (settings: ModelSettings): ImageDialect => imageDialect(settings, 'image_edit', decodeEdit);
