import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { errorFromAnswer } from '../../gemini/error-from-answer.ts';
import type { Lease } from '../../ports/capabilities.ts';
import type { BegunUpload, PassedAnswer, PassedBody } from '../../ports/passing-on.ts';
import type { Reply } from '../../ports/reply.ts';
import { collectBytes } from './collect-bytes.ts';
import { learnNames } from './learn-names.ts';
import { passedReply, refusedReply } from './pass-reply.ts';
import type { Passing, PassNeeds } from './passing.ts';
import type { PassedBy } from './try-passing.ts';

/** Google takes files of 2 GB (docs: Files API). */
export const mostUploadBytes = 2 * 1024 ** 3;

const notGoogles: ProxyError = { tag: 'BadAnswer', reason: 'an upload address that is not of Google' };

/**
 * An upload that has begun: its bytes come to an address of ours, whose id is the permit. Google tells its own in a
 * header of the protocol's, or as `location` in the older one.
 */
export const beginUpload = (
  needs: PassNeeds,
  passing: Passing,
  { answer, lease }: PassedBy,
): E.Either<ProxyError, Reply> => {
  const { dialect, plan, base, received } = passing;
  const name = answer.headers['x-goog-upload-url'] === undefined ? 'location' : 'x-goog-upload-url';
  const url = answer.headers[name];
  const reply = passedReply(needs, passing, { answer, lease });
  needs.names.noteMaker(received.caller.address, lease.id);
  if (url === undefined) return E.right(reply);
  if (dialect.uploadAddress(url) === null) {
    answer.body.close();
    return E.left(notGoogles);
  }
  const upload = { url, home: needs.homes.of(lease.id), keyId: lease.id };
  const id = needs.uploads.keep(upload, received.caller.address);
  return E.right({
    ...reply,
    headers: { ...reply.headers, [name]: dialect.uploadLink(base, plan.path, id) },
  });
};

const unknownUpload: ProxyError = {
  tag: 'NoSuchThing',
  message: 'There is no such upload: it is over, or was not begun here.',
};

const bodyOf = ({ received }: Passing): E.Either<ProxyError, PassedBody> => {
  const stream = received.streamBody(mostUploadBytes);
  return E.isRight(stream) && stream.right.length === 0 ? E.right(null) : stream;
};

/** The key that began it, or another of its project; also one that rests, since bytes are no question. */
const leaseFor = (needs: PassNeeds, { home, keyId }: BegunUpload): E.Either<ProxyError, Lease> =>
  needs.leaseKey({ model: '/upload', size: 0, tried: new Set(), preferred: keyId, conversation: null, home });

const replyTo = async (
  needs: PassNeeds,
  passing: Passing,
  { answer, lease }: PassedBy,
): Promise<E.Either<ProxyError, Reply>> => {
  const { dialect, received } = passing;
  const { status, headers } = answer;
  // 308 says that an upload goes on; only what is about the key or is no answer of Google's is told in our words.
  if (status < 400) return learnNames(needs, passing, { answer, lease });
  const read = await collectBytes(answer.body, received.held.answer);
  if (E.isLeft(read)) return read;
  const told = Buffer.from(read.right.bytes).toString('utf8');
  const error = errorFromAnswer(status, told, '/upload');
  needs.reportKey(lease, '/upload', error);
  const text = dialect.cleanError(told, lease.secret, null);
  const reply = refusedReply({ error, told: { status, headers, text, error } });
  if (E.isLeft(reply)) return reply;
  return E.right({ ...reply.right, headers: { ...uploadState(dialect.headersDown(headers)), ...reply.right.headers } });
};

/** How far an upload has come stands in its answers' heads, in errors too. */
const uploadState = (headers: PassedAnswer['headers']): PassedAnswer['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-goog-upload-')));

/**
 * Bytes of an upload, to where it was begun and nowhere else, whatever the request says of hosts. They stream, and are
 * never sent twice: the client asks how far it has come, and goes on.
 */
export const passChunk = async (needs: PassNeeds, passing: Passing): Promise<E.Either<ProxyError, Reply>> => {
  const { received, dialect, plan } = passing;
  const begun = needs.uploads.find(plan.uploadId ?? '');
  const address = begun === null ? null : dialect.uploadAddress(begun.url);
  if (begun === null || address === null) return E.left(unknownUpload);
  if (!needs.homes.all().includes(begun.home)) return E.left(unknownUpload);
  const leased = leaseFor(needs, begun);
  if (E.isLeft(leased)) return leased;
  const body = bodyOf(passing);
  if (E.isLeft(body)) return body;
  const lease = leased.right;
  received.note({ key: `#${lease.number}`, attempts: 1 });
  const answered = await needs.passCall({
    ...address,
    method: plan.method,
    headers: passing.headers,
    body: body.right,
    secret: lease.secret,
    isOnce: true,
    signal: received.signal,
  })();
  if (E.isLeft(answered)) return answered;
  return replyTo(needs, passing, { answer: answered.right, lease });
};
