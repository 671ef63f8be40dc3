import { Readable } from 'node:stream';
import type COS from 'cos-nodejs-sdk-v5';
import { E, TE, pipe } from '../../kernel/fp.ts';
import type { Secret } from '../../kernel/secret.ts';
import { networkFault, notInstalled, publicUrl, uploadOrAbort, type Upload } from './bucket-upload.ts';
import { mendAnswerReader } from './cos-answers.ts';
import type { BucketStore, NamedImage, StoreFault } from './image-store.ts';

type Sdk = typeof COS;

/** A bucket of Tencent Cloud's, the way in, and where its pictures are read. */
export type TencentSettings = {
  readonly kind: 'tencent';
  readonly secretId: Secret;
  readonly secretKey: Secret;
  readonly region: string;
  readonly bucket: string;
  /** Address of the bucket for readers, without a slash at its end. */
  readonly domain: string;
  /** Uploads go by plain HTTP through this proxy, instead of by HTTPS. */
  readonly httpProxy?: string;
};

const fromPackage = async (): Promise<Sdk> => {
  const { default: sdk } = await import('cos-nodejs-sdk-v5');
  mendAnswerReader();
  return sdk;
};

/** What Tencent's error codes mean: https://cloud.tencent.com/document/product/436/7730. */
const meanings: ReadonlyMap<unknown, string> = new Map([
  ['AccessDenied', 'does not let this secret id upload to the bucket, or the clock of this machine is wrong'],
  ['EntityTooLarge', 'finds the picture too large'],
  ['InvalidAccessKeyId', 'does not know the secret id'],
  ['NoSuchBucket', 'does not know the bucket in this region'],
  ['RequestTimeTooSkewed', 'finds the clock of this machine wrong'],
  ['SignatureDoesNotMatch', 'refused the signature: check the secret key'],
  ['SlowDown', 'asks for fewer calls'],
]);

const fieldOf = (cause: unknown, name: 'code' | 'statusCode'): unknown =>
  typeof cause === 'object' && cause !== null ? Object.getOwnPropertyDescriptor(cause, name)?.value : undefined;

/** The SDK's errors: `statusCode` where there was an answer, and `code`, Tencent's or Node's. */
const uploadFault = (cause: unknown): StoreFault => {
  const status: unknown = fieldOf(cause, 'statusCode');
  return typeof status === 'number'
    ? {
        reason: `Tencent COS ${meanings.get(fieldOf(cause, 'code')) ?? 'did not take the picture'} (status ${status}).`,
      }
    : networkFault('Tencent COS', cause);
};

/** What the SDK would refuse or complain of on the console. */
const nameFault = ({ bucket, region }: TencentSettings): StoreFault | null => {
  if (!/^[a-z\d-]+-\d+$/.test(bucket))
    return { reason: 'The name of a Tencent COS bucket ends in its app id, as in pictures-1250000000.' };
  if (!/^[a-z\d]+(?:-[a-z\d]+)+$/.test(region)) return { reason: 'A region of Tencent COS looks like ap-guangzhou.' };
  return null;
};

/** A client for one upload: the SDK keeps what failed, bodies too, as long as the client lives. */
const clientOf = (sdk: Sdk, { secretId, secretKey, httpProxy }: TencentSettings): COS =>
  new sdk({
    SecretId: secretId.reveal(),
    SecretKey: secretKey.reveal(),
    Protocol: httpProxy === undefined ? 'https:' : 'http:',
    ...(httpProxy === undefined ? {} : { Proxy: httpProxy }),
    KeepAlive: false,
    AutoSwitchHost: false,
    CorrectClockSkew: false,
  });

type Sending = { readonly client: COS; readonly image: NamedImage; readonly signal: AbortSignal };

/** One PUT. The body is a stream because the SDK sends anything else up to four times. */
const sendToTencent = (
  { client, image, signal }: Sending,
  { bucket, region, domain }: TencentSettings,
): Promise<E.Either<StoreFault, string>> =>
  new Promise((resolve) => {
    const url = publicUrl(domain, image);
    const body = Readable.from([Buffer.from(image.bytes.buffer, image.bytes.byteOffset, image.bytes.byteLength)]);
    client.putObject(
      {
        Bucket: bucket,
        Region: region,
        Key: image.name,
        Body: body,
        ContentLength: image.bytes.byteLength,
        ContentType: image.mimeType,
        onTaskReady: (task) => {
          signal.addEventListener('abort', () => {
            client.cancelTask(task);
            body.destroy();
          });
        },
      },
      (fault, data) => {
        if (fault) resolve(E.left(uploadFault(fault)));
        else if (data.statusCode === 200 && data.ETag) resolve(E.right(url));
        else
          resolve(
            E.left({ reason: `Tencent COS answered, but not as to an upload (status ${data.statusCode ?? 0}).` }),
          );
      },
    );
  });

/**
 * Pictures in a bucket of Tencent Cloud's COS, by its SDK, which `load` loads with the first picture. A put is one
 * call.
 */
export const tencentImages = (settings: TencentSettings, load = fromPackage): BucketStore => {
  const fault = nameFault(settings);
  const upload =
    (image: NamedImage): Upload =>
    (signal) =>
      fault === null
        ? pipe(
            TE.tryCatch(load, () => notInstalled('cos-nodejs-sdk-v5')),
            TE.flatMap((sdk) => async () => {
              signal.throwIfAborted();
              return sendToTencent({ client: clientOf(sdk, settings), image, signal }, settings);
            }),
          )
        : TE.left(fault);
  return { kind: 'tencent', put: (image, signal) => uploadOrAbort('Tencent COS', upload(image), signal) };
};
