import { errorBody, type GoogleError } from './google-error.ts';
import { contentType, scriptSteps, sseFrame, type Framing } from './script.ts';
import { head, write, type Step } from './steps.ts';

/** What a fault is played on: the answer that would have come, and the numbers that tune it. */
export type FaultContext = {
  readonly framing: Framing;
  /** The frames of the good answer. */
  readonly frames: readonly unknown[];
  /** How many good frames come first, where the fault comes in the middle. */
  readonly afterFrames: number;
  /** Size of the giant line in bytes. */
  readonly size: number;
};

type Fault = (context: FaultContext) => readonly Step[];

const google = (code: number, status: string, message: string): GoogleError => ({ code, message, status });

const internal = google(500, 'INTERNAL', 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting');
const overloaded = google(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.');

const refused =
  (error: GoogleError): Fault =>
  ({ framing }) => [head(error.code, contentType(framing)), write(errorBody(error))];

const page = (title: string): string => `<!DOCTYPE html><html lang=en><title>${title}</title><p>${title} That’s all we know.</html>`;

const htmlPage =
  (status: number, title: string): Fault =>
  () => [head(status, 'text/html; charset=UTF-8'), write(page(title))];

const raw =
  (body: string): Fault =>
  ({ framing }) => [head(200, contentType(framing)), write(framing === 'sse' && body !== '' ? `data: ${body}\r\n\r\n` : body)];

const only =
  (...frames: readonly unknown[]): Fault =>
  ({ framing }) => scriptSteps({ frames }, framing);

/** The first good frames, then something else. */
const after =
  (rest: (context: FaultContext) => readonly Step[]): Fault =>
  (context) => [...scriptSteps({ frames: context.frames.slice(0, context.afterFrames) }, context.framing === 'array' ? 'sse' : context.framing), ...rest(context)];

/** The good answer's bytes up to the middle of one frame. */
const half =
  (then: Step): Fault =>
  (context) => {
    const steps = scriptSteps({ frames: context.frames }, context.framing);
    const writes = steps.filter((step) => step.do === 'write');
    const cut = writes[Math.min(context.afterFrames, writes.length - 1)];
    if (cut === undefined) return [...steps, then];
    const before = steps.slice(0, steps.indexOf(cut));
    return [...before, write(cut.bytes.subarray(0, Math.floor(cut.bytes.length / 2))), then];
  };

const endlessFrame = sseFrame({ candidates: [{ content: { role: 'model', parts: [{ text: 'and on and on, ' }] }, index: 0 }] });

const giant = (size: number): string =>
  sseFrame({ candidates: [{ content: { role: 'model', parts: [{ text: 'x'.repeat(size) }] }, finishReason: 'STOP', index: 0 }] });

const table = {
  'reset-before-head': () => [{ do: 'reset' }],
  'close-before-head': () => [{ do: 'fin' }],
  'stall-before-head': () => [{ do: 'stall' }],
  'stall-before-first-frame': ({ framing }) => [head(200, contentType(framing)), { do: 'stall' }],
  'stall-mid-stream': after(() => [{ do: 'stall' }]),
  'reset-mid-body': half({ do: 'reset' }),
  'cut-body': half({ do: 'fin' }),
  'cut-stream': after(() => []),
  'empty-stream': raw(''),
  'error-frame': after(() => [write(`data: ${JSON.stringify({ error: overloaded })}\r\n\r\n`)]),
  'bare-error': after(() => [write(errorBody(overloaded))]),
  'error-first': raw(JSON.stringify({ error: overloaded })),
  'bad-json': raw('{"candidates":[{"content":{"parts":[{"text":"half'),
  'html-200': htmlPage(200, 'Sign in'),
  null: raw('null'),
  array: raw('[]'),
  'empty-candidates': only({ candidates: [], usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } }),
  'no-content': only({ candidates: [{ finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } }),
  'malformed-between': ({ framing, frames, afterFrames }) => [
    head(200, contentType(framing)),
    ...frames.slice(0, afterFrames).map((frame) => write(sseFrame(frame), true)),
    write('data: {"candidates":[{"content"\r\n\r\n'),
    ...frames.slice(afterFrames).map((frame) => write(sseFrame(frame), true)),
  ],
  500: refused(internal),
  502: htmlPage(502, '502. That’s an error. The server encountered a temporary error and could not complete your request.'),
  503: refused(google(503, 'UNAVAILABLE', 'Deadline expired before operation could complete.')),
  504: refused(google(504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.')),
  overloaded: refused(overloaded),
  location: refused(google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')),
  redirect: () => [head(302, 'text/html; charset=UTF-8', { location: '/sorry/index' }), write(page('302 Moved'))],
  'endless-stream': () => [head(200, contentType('sse')), { do: 'repeat', bytes: Buffer.from(endlessFrame) }],
  'giant-line': ({ size }) => [head(200, contentType('sse')), write(giant(size), true)],
} satisfies Readonly<Record<string, Fault>>;

/** The faults that can be asked for. */
export type FaultKind = keyof typeof table;

/** What goes over the wire under a fault. */
export const faultSteps = (kind: FaultKind, context: FaultContext): readonly Step[] => table[kind](context);

/** Every kind of fault, for tests that go through them. */
export const faultKinds = Object.keys(table).map((kind) => (/^\d+$/.test(kind) ? Number(kind) : kind)) as readonly FaultKind[];
