import type qiniu from 'qiniu';

/** Whose bucket it is, and where the lookup is asked; null is Qiniu's own places, by HTTPS. */
export type RegionQuestion = {
  readonly accessKey: string;
  readonly bucket: string;
  readonly lookupUrl: URL | null;
};

type Sdk = typeof qiniu;
type Regions = readonly qiniu.httpc.Region[];

/** Where the lookup is asked. With several hosts the SDK tries each twice, 5 s a try. */
const lookupHosts = (sdk: Sdk, lookupUrl: URL | null): qiniu.httpc.EndpointsProvider =>
  lookupUrl === null
    ? new sdk.conf.Config({ useHttpsDomain: true }).getUcEndpointsProvider()
    : new sdk.httpc.StaticEndpointsProvider([
        new sdk.httpc.Endpoint(lookupUrl.host, { defaultScheme: lookupUrl.protocol.slice(0, -1) }),
      ]);

const areLive = (regions: Regions): boolean => regions.length > 0 && regions.every(({ isLive }) => isLive);

/**
 * Where a bucket's uploads go: asked for once, shared by calls at the same time, asked again when the answer is too
 * old (it says so itself, usually a day); an old answer serves while no new one is to be had. The SDK's own cache is
 * not used: it trusts a file in the shared temporary folder, and one failed lookup leaves an unhandled rejection,
 * which ends the process, and fails every later one.
 */
export const qiniuRegions = (sdk: Sdk, { accessKey, bucket, lookupUrl }: RegionQuestion): (() => Promise<Regions>) => {
  const state: { known: Regions; asking: Promise<Regions> | null } = { known: [], asking: null };
  const source = new sdk.httpc.QueryRegionsProvider({
    accessKey,
    bucketName: bucket,
    endpointsProvider: lookupHosts(sdk, lookupUrl),
    preferredScheme: lookupUrl === null ? 'https' : lookupUrl.protocol.slice(0, -1),
  });
  const ask = async (): Promise<Regions> => {
    try {
      state.known = await source.getRegions();
    } catch (cause) {
      if (state.known.length === 0) throw cause;
    } finally {
      state.asking = null;
    }
    return state.known;
  };
  return async () => (areLive(state.known) ? state.known : (state.asking ??= ask()));
};
