import { sizeOf } from '../../kernel/pieced-bytes.ts';
import type { Capabilities } from '../../ports/capabilities.ts';
import {
  isInPieces,
  type BoundNames,
  type HeaderList,
  type Homes,
  type PassCall,
  type PassDialect,
  type PassedBody,
  type PassPlan,
  type Uploads,
} from '../../ports/passing-on.ts';
import type { Received } from '../exchange.ts';

/** What passing on needs from the world. */
export type PassNeeds = Pick<
  Capabilities,
  'checkCaller' | 'takePermit' | 'leaseKey' | 'reportKey' | 'enterModel' | 'now' | 'wait' | 'random'
> & {
  readonly passCall: PassCall;
  readonly names: BoundNames;
  readonly uploads: Uploads;
  readonly homes: Homes;
  /** How long a stream may be silent before a heartbeat, ms; 0 = for ever. */
  readonly keepAliveMs: number;
};

/** A request on its way through, with its plan and what it sends. */
export type Passing = {
  readonly received: Received;
  readonly dialect: PassDialect;
  readonly plan: PassPlan;
  /** As they go up. */
  readonly headers: HeaderList;
  /** Our own address as the caller knows it. */
  readonly base: string;
  readonly body: PassedBody;
};

/** Bytes of a body that every try sends. */
export const heldSize = ({ body }: Pick<Passing, 'body'>): number => (isInPieces(body) ? sizeOf(body) : 0);

/** A held body in one piece, to be read; null for none, and for a stream. */
export const heldBytes = ({ body }: Pick<Passing, 'body'>): Uint8Array | null => {
  if (!isInPieces(body)) return null;
  const [first = new Uint8Array()] = body;
  return body.length > 1 ? Buffer.concat(body) : first;
};
