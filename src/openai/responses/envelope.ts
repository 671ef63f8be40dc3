import { E } from '../../kernel/fp.ts';
import { isSignature, readSignedParts } from '../../gemini/conversation/signed-parts.ts';
import { withExactParts } from '../../gemini/conversation/exact-parts.ts';
import { exactJson } from '../../gemini/exact-json.ts';
import { jsonOf } from '../../gemini/json-text.ts';
import type { RequestPart } from '../../gemini/request.ts';
import type { ResponsePart } from '../../gemini/response.ts';

/**
 * What a signature stands on: the call with this id; the next text, or the one before it; the next picture; a thought
 * whose words are not wanted back; an empty text; or a whole part of Gemini's, told in JSON.
 */
export type Bond =
  | { readonly on: 'call'; readonly callId: string }
  | { readonly on: 'next text' | 'text before' | 'picture' | 'thought' | 'empty text' }
  | { readonly on: 'part'; readonly part: ResponsePart };

/** A signature as it came back, or a part with its own. */
export type Opened =
  | { readonly on: 'call'; readonly callId: string; readonly signature: string }
  | { readonly on: 'next text' | 'text before' | 'picture' | 'thought' | 'empty text'; readonly signature: string }
  | { readonly on: 'part'; readonly part: RequestPart };

const letters: Readonly<Record<Bond['on'], string>> = {
  call: 'c',
  'next text': 'n',
  'text before': 'b',
  picture: 'i',
  thought: 't',
  'empty text': 'e',
  part: 'p',
};
const bonds: ReadonlyMap<string, Bond['on']> = new Map([
  [letters.call, 'call'],
  [letters['next text'], 'next text'],
  [letters['text before'], 'text before'],
  [letters.picture, 'picture'],
  [letters.thought, 'thought'],
  [letters['empty text'], 'empty text'],
  [letters.part, 'part'],
]);

/** What each envelope begins with: our name, and the version of its form. */
const opening = 'pollux1.';

const heldIn = (bond: Bond): string => {
  if (bond.on === 'call') return encodeURIComponent(bond.callId);
  return bond.on === 'part' ? Buffer.from(exactJson(bond.part), 'utf8').toString('base64url') : '';
};

/**
 * A signature, what it stands on and the model that made it, as `encrypted_content`. It tells its own length, so that
 * several written one behind the other are read again (LangChain joins those of one answer).
 */
export const sealEnvelope = (bond: Bond, signature: string, model: string): string => {
  const body = `${letters[bond.on]}.${model}~${heldIn(bond)}~${signature}`;
  return `${opening}${body.length.toString(36)}.${body}`;
};

/** Envelopes, and characters of whole parts in them, that may still be read for a request: it is done in one go. */
export type EnvelopeSpare = { count: number; left: number };

/** What is read of one request's envelopes; results of searches are parts of 140,000 characters. */
export const envelopeSpare = (): EnvelopeSpare => ({ count: 20_000, left: 4 * 1024 ** 2 });

const partIn = (held: string, signature: string, spare: EnvelopeSpare): Opened | null => {
  spare.left -= held.length;
  if (spare.left < 0) return null;
  const json = Buffer.from(held, 'base64url').toString('utf8');
  const value = E.getOrElse((): unknown => null)(jsonOf(json));
  const part = readSignedParts(withExactParts([{ length: 0, part: value }], json))?.[0]?.part;
  if (part === undefined) return null;
  return { on: 'part', part: isSignature(signature) ? { ...part, thoughtSignature: signature } : part };
};

const callIdIn = (held: string): string | null => {
  try {
    return decodeURIComponent(held);
  } catch {
    return null;
  }
};

const bodyOf = (body: string, model: string, spare: EnvelopeSpare): Opened | null => {
  const on = bonds.get(body.slice(0, body.indexOf('.')));
  const [madeBy = '', held = '', signature = ''] = body.slice(body.indexOf('.') + 1).split('~');
  if (on === undefined || madeBy !== model) return null;
  if (on === 'part') return partIn(held, signature, spare);
  if (!isSignature(signature)) return null;
  if (on !== 'call') return { on, signature };
  const callId = callIdIn(held);
  return callId === null ? null : { on, callId, signature };
};

/**
 * What an item's `encrypted_content` holds for this model: nothing where it is not ours, or another model's, since
 * Gemini refuses those.
 */
export const openEnvelopes = (content: unknown, model: string, spare = envelopeSpare()): readonly Opened[] => {
  if (typeof content !== 'string') return [];
  const opened: Opened[] = [];
  for (let at = 0; spare.count > 0 && content.startsWith(opening, at); spare.count -= 1) {
    const lengthEnd = content.indexOf('.', at + opening.length);
    const length = Number.parseInt(content.slice(at + opening.length, lengthEnd), 36);
    if (lengthEnd < 0 || Number.isNaN(length)) break;
    const read = bodyOf(content.slice(lengthEnd + 1, lengthEnd + 1 + length), model, spare);
    if (read !== null) opened.push(read);
    at = lengthEnd + 1 + length;
  }
  return opened;
};
