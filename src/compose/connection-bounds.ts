import type { Config } from '../config.ts';

/** Memory, not descriptors, is what so many would use up: an idle one takes up to 20 KiB. */
const mostOfUse = 10_240;
/** Where the system does not say how many descriptors there are. */
const mostUnlessKnown = 1000;
/** For state, pictures, the log and the listening socket. */
const spareDescriptors = 100;
const least = 16;

/** A request at work takes two descriptors: its caller's and Gemini's. */
const mostFor = (descriptors: number | null): number =>
  descriptors === null
    ? mostUnlessKnown
    : Math.min(mostOfUse, Math.max(least, Math.floor((descriptors - spareDescriptors) / 2)));

/** How many connections may be open, in all and from one address, where the settings leave it to us. */
export const connectionBounds = (
  {
    mostConnections,
    mostConnectionsPerAddress,
  }: Pick<Config['server'], 'mostConnections' | 'mostConnectionsPerAddress'>,
  descriptors: number | null,
): { readonly mostConnections: number; readonly mostConnectionsPerAddress: number } => {
  const most = mostConnections ?? mostFor(descriptors);
  return { mostConnections: most, mostConnectionsPerAddress: mostConnectionsPerAddress ?? Math.ceil(most / 2) };
};
