import { ClientRequest } from 'node:http';
import type qiniu from 'qiniu';
import { E, TE, pipe } from '../../kernel/fp.ts';
import type { Secret } from '../../kernel/secret.ts';
import { networkFault, notInstalled, publicUrl, uploadOrAbort, type Upload } from './bucket-upload.ts';
import type { BucketStore, NamedImage, StoreFault } from './image-store.ts';
import { qiniuForm, type Form } from './qiniu-form.ts';
import { qiniuRegions } from './qiniu-regions.ts';

type Sdk = typeof qiniu;

/** A bucket of Qiniu's, the way in, and where its pictures are read. */
export type QiniuSettings = {
  readonly kind: 'qiniu';
  readonly accessKey: Secret;
  readonly secretKey: Secret;
  readonly bucket: string;
  /** Address of the bucket for readers, without a slash at its end. */
  readonly domain: string;
  /** Where the region lookup is asked instead of Qiniu's own hosts; its scheme is the uploads' too. */
  readonly lookupUrl?: string;
};

type Regions = readonly qiniu.httpc.Region[];
type Client = { readonly sdk: Sdk; readonly mac: qiniu.auth.digest.Mac; readonly regions: () => Promise<Regions> };

const fromPackage = async (): Promise<Sdk> => (await import('qiniu')).default;

/** What Qiniu's statuses mean: https://developer.qiniu.com/kodo/3928/error-responses. */
const meanings: Readonly<Record<number, string>> = {
  401: 'refused the upload: check the access key, the secret key and the clock of this machine',
  403: 'does not let this access key upload to the bucket',
  413: 'finds the picture too large',
  419: 'has frozen the account',
  573: 'asks for fewer calls',
  579: 'kept the picture but its callback failed',
  599: 'has an internal error',
  612: 'does not know the bucket or the access key',
  614: 'has a file of this name already',
  631: 'does not know the bucket',
};

const statusFault = (status: number): StoreFault => ({
  reason: `Qiniu ${meanings[status] ?? 'did not take the picture'} (status ${status}).`,
});

/** The SDK tells the status of a failed lookup in its message only. */
const lookupFault = (cause: unknown): StoreFault => {
  const status = cause instanceof Error ? /HTTP Status Code (\d{3})\b/.exec(cause.message)?.[1] : undefined;
  return status === undefined ? networkFault("Qiniu's region lookup", cause) : statusFault(Number(status));
};

const keyIn = (data: unknown): unknown =>
  typeof data === 'object' && data !== null && 'key' in data ? data.key : null;

type Posting = { readonly address: string; readonly form: Form; readonly signal: AbortSignal };

/** What an upload was answered: JSON, or the bytes that are none. */
type Posted = { readonly status: number; readonly data: unknown };

/**
 * Ends a request that nobody listens to any more: the SDK's HTTP client prints each error that comes after the answer.
 */
const dropRequest = (request: unknown): void => {
  if (request instanceof ClientRequest) request.removeAllListeners('error').on('error', () => undefined).destroy();
};

/**
 * One POST by the SDK's own HTTP call, once. Not by its form uploader: that cannot be ended, prints two lines for each
 * reset connection and reckons a checksum for 80 ms at one go.
 */
const postForm = ({ rpc }: Sdk, { address, form, signal }: Posting): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const request: unknown = rpc.post(
      address,
      form.body,
      { 'Content-Type': form.contentType },
      (fault, data: unknown, response) => {
        const status = response?.statusCode ?? 0;
        if (fault && status <= 0) reject(fault);
        else resolve({ status, data });
        queueMicrotask(() => dropRequest(request));
      },
    );
    signal.addEventListener('abort', () => request instanceof ClientRequest && request.destroy());
  });

/** The first host that takes uploads. */
const uploadAddress = (regions: Regions): string | null => regions[0]?.services['up']?.[0]?.getValue() ?? null;

type Sending = {
  readonly client: Client;
  readonly regions: Regions;
  readonly image: NamedImage;
  readonly signal: AbortSignal;
};

const sendToQiniu = async (
  { client: { sdk, mac }, regions, image, signal }: Sending,
  settings: QiniuSettings,
): Promise<E.Either<StoreFault, string>> => {
  const address = uploadAddress(regions);
  if (address === null) return E.left({ reason: "Qiniu's region lookup names no host for uploads." });
  const token = new sdk.rs.PutPolicy({ scope: `${settings.bucket}:${image.name}` }).uploadToken(mac);
  signal.throwIfAborted();
  const { status, data } = await postForm(sdk, { address, form: qiniuForm(token, image), signal });
  if (status !== 200) return E.left(statusFault(status));
  return keyIn(data) === image.name
    ? E.right(publicUrl(settings.domain, image))
    : E.left({ reason: 'Qiniu answered, but not with the name of the picture.' });
};

const clientOf = (sdk: Sdk, { accessKey, secretKey, bucket, lookupUrl }: QiniuSettings): Client => ({
  sdk,
  mac: new sdk.auth.digest.Mac(accessKey.reveal(), secretKey.reveal()),
  regions: qiniuRegions(sdk, {
    accessKey: accessKey.reveal(),
    bucket,
    lookupUrl: lookupUrl === undefined ? null : new URL(lookupUrl),
  }),
});

/**
 * Pictures in a bucket of Qiniu's Kodo, by its SDK, which `load` loads with the first picture. A put is two calls:
 * where the bucket's region is (remembered), and the upload.
 */
export const qiniuImages = (settings: QiniuSettings, load = fromPackage): BucketStore => {
  const state: { client: Promise<Client> | null } = { client: null };
  const client = (): Promise<Client> => (state.client ??= load().then((sdk) => clientOf(sdk, settings)));
  const upload =
    (image: NamedImage): Upload =>
    (signal) =>
      pipe(
        TE.tryCatch(client, () => notInstalled('qiniu')),
        TE.flatMap((ready) =>
          pipe(
            TE.tryCatch(ready.regions, lookupFault),
            TE.flatMap((regions) => () => sendToQiniu({ client: ready, regions, image, signal }, settings)),
          ),
        ),
      );
  return { kind: 'qiniu', put: (image, signal) => uploadOrAbort('Qiniu', upload(image), signal) };
};
