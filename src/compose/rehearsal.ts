import { E } from '../kernel/fp.ts';
import type { PiecedBytes } from '../kernel/pieced-bytes.ts';
import { scratch } from '../kernel/scratch.ts';
import { bodyEncoder } from '../gemini/call-body.ts';
import { frameJudge } from '../gemini/verdict.ts';
import { framesAtOnce } from '../adapters/gemini/gemini-frames.ts';
import { readJson } from '../pipeline/read-json.ts';
import type { Dialect, Plan } from '../ports/dialect.ts';
import { chatSamples, sampleAnswers } from './chat-samples.ts';

const memory = { take: () => null, giveBack: () => undefined };

const context = {
  requestId: 'req_',
  id: 'sample',
  created: 1,
  recalled: new Map(),
  media: new Map(),
  imageReplyFormat: null,
};

const itself = (cause: unknown): unknown => cause;

/** Writes an answer to a request; false where it comes to none. */
const writeAnswer = ({ call, streamed, answer, judging }: Plan): boolean => {
  const { ready = [] } = framesAtOnce([sampleAnswers[streamed ? 'streamed' : 'whole']], call.model, itself);
  const { judge, end } = frameJudge(judging);
  judge(ready);
  if (end() !== null) return false;
  if (!streamed) return E.isRight(answer.whole().atOnce(ready, scratch()));
  const writer = answer.stream();
  return writer.write(ready) !== '' && E.isRight(writer.end());
};

/** What is done for a request, but for HTTP and the call; false where it comes to no answer. */
const workThrough = async <Request>(dialect: Dialect<Request>, body: PiecedBytes): Promise<boolean> => {
  const read = await readJson(body, memory, dialect)();
  if (E.isLeft(read)) return false;
  const asked = dialect.decode(read.right.value, read.right.written);
  if (E.isLeft(asked)) return false;
  dialect.callIds(asked.right, 'calls and answers');
  dialect.mediaLinks(asked.right);
  const plan = dialect.translate(asked.right, context);
  if (E.isLeft(plan)) return false;
  bodyEncoder().small(plan.right.call.body);
  return writeAnswer(plan.right);
};

/** After so many V8 has seen all samples before it compiles anything for speed. */
const rounds = 12;

/**
 * Works through requests of all kinds, one each time that the event loop comes round: 60 ms of CPU in all. V8 compiles
 * for what it has seen, and throws it away at the first request of another kind: 33 functions at the first long
 * conversation behind short ones, 27 at the first tools. It has seen all kinds then (20 messages: −10 %, tools: −20 %,
 * CPU of the next 3,000). Resolves to how many came to an answer.
 */
export const rehearseChat = async <Request>(dialect: Dialect<Request>): Promise<number> => {
  let answered = 0;
  for (let round = 0; round < rounds; round += 1)
    for (const body of chatSamples) {
      await new Promise((resolve) => setImmediate(resolve));
      if (await workThrough(dialect, body)) answered += 1;
    }
  return answered;
};
