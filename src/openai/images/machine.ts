import { textOf, type LongText } from '../../kernel/unread-text.ts';
import type { Machine } from '../../kernel/machine.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { Frame, ResponsePart, UsageMetadata } from '../../gemini/response.ts';
import { latestUsage } from '../../gemini/usage.ts';
import { blockIn } from '../../gemini/verdict.ts';
import { usageBeyond, noUsage, addUsage, toImageUsage, type ImageUsage } from './usage.ts';

/** A picture of an answer: base64, or where it is kept. */
export type Picture = { readonly mimeType: string } & ({ readonly data: LongText } | { readonly url: LongText });

/** What happens while pictures are drawn. The usages of all that were completed add up to the answer's. */
export type ImageEvent =
  | { readonly kind: 'draft'; readonly picture: Picture; readonly index: number }
  | { readonly kind: 'completed'; readonly picture: Picture; readonly usage: ImageUsage }
  | { readonly kind: 'failed'; readonly error: ProxyError };

/** What is known of an answer so far. */
export type ImageState = {
  /** The newest picture, which leaves when the next one comes, or with the rest of the usage at the end. */
  readonly held: Picture | null;
  readonly pictures: number;
  readonly drafts: number;
  readonly text: string;
  readonly usage: UsageMetadata;
  readonly told: ImageUsage;
  readonly blocked: ProxyError | null;
  readonly finish: string | null;
  readonly finishMessage: string | null;
};

/** At most so many pictures and drafts leave. */
export type ImageBounds = { readonly pictures: number; readonly drafts: number };

type Step = readonly [ImageState, readonly ImageEvent[]];

const start: ImageState = {
  held: null,
  pictures: 0,
  drafts: 0,
  text: '',
  usage: {},
  told: noUsage,
  blocked: null,
  finish: null,
  finishMessage: null,
};

/** What is quoted of an answer that refuses in words, characters. */
const mostText = 2000;

const pictureOf = ({ inlineData, fileData }: ResponsePart): Picture | null => {
  if (inlineData?.mimeType.startsWith('image/') === true) return inlineData;
  return fileData?.mimeType?.startsWith('image/') === true
    ? { mimeType: fileData.mimeType, url: fileData.fileUri }
    : null;
};

const completePicture = (state: ImageState, picture: Picture): Step => {
  const usage = usageBeyond(toImageUsage(state.usage), state.told);
  return [{ ...state, held: null, told: addUsage(state.told, usage) }, [{ kind: 'completed', picture, usage }]];
};

const drawPicture = (state: ImageState, picture: Picture): Step => {
  const [next, events] = state.held === null ? [state, []] : completePicture(state, state.held);
  return [{ ...next, held: picture, pictures: state.pictures + 1 }, events];
};

const partStep = (state: ImageState, part: ResponsePart, bounds: ImageBounds): Step => {
  const picture = pictureOf(part);
  if (part.thought === true) {
    if (picture === null || state.drafts >= bounds.drafts) return [state, []];
    return [{ ...state, drafts: state.drafts + 1 }, [{ kind: 'draft', picture, index: state.drafts }]];
  }
  if (picture !== null) return state.pictures < bounds.pictures ? drawPicture(state, picture) : [state, []];
  return [{ ...state, text: `${state.text}${textOf(part.text ?? '')}`.slice(0, mostText) }, []];
};

const policyError = (message: string): ProxyError => invalid(message, 'prompt', 'content_policy_violation');

/** Why there is no picture: the prompt or the answer was blocked, or the model said something instead. */
const endError = ({ blocked, finish, finishMessage, text }: ImageState): ProxyError => {
  const said = text.trim();
  if (blocked !== null) return blocked;
  if (said !== '') return policyError(`Gemini drew no picture: ask in other words. It said: ${said}`);
  return { tag: 'EmptyAnswer', finishReason: finish, finishMessage };
};

/** Gemini's frames as pictures, in the order in which they come. Thoughts and their drafts are no answer. */
export const imageMachine = (bounds: ImageBounds): Machine<ImageState, Frame, ImageEvent> => ({
  start,
  step: (known, frame) => {
    const events: ImageEvent[] = [];
    let state: ImageState = {
      ...known,
      usage: latestUsage(known.usage, frame.usageMetadata),
      blocked: blockIn(frame) ?? known.blocked,
    };
    for (const candidate of frame.candidates ?? []) {
      for (const part of candidate.content?.parts ?? []) {
        const [next, more] = partStep(state, part, bounds);
        state = next;
        events.push(...more);
      }
      state = {
        ...state,
        finish: candidate.finishReason ?? state.finish,
        finishMessage: candidate.finishMessage ?? state.finishMessage,
      };
    }
    return [state, events];
  },
  end: (state) =>
    state.held === null ? [{ kind: 'failed', error: endError(state) }] : completePicture(state, state.held)[1],
  fail: (_state, error) => [{ kind: 'failed', error }],
});
