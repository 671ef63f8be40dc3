import { isObject } from '../../../kernel/is-object.ts';
import type { Call, ModelTurn, Turn, TurnPart } from '../../../gemini/conversation/turns.ts';
import type { RequestPart } from '../../../gemini/request.ts';
import { fenceText } from '../../code-fence.ts';
import type { Opened } from '../envelope.ts';

type Piece = TurnPart | { readonly call: Call };

type Waiting = { readonly texts: string[]; readonly pictures: string[] };

/** The turns of a conversation under reading: items of the model's that follow each other are one turn. */
export type OpenTurns = {
  readonly turns: Turn[];
  /** Of the model's turn that may go on; null where none is open. */
  open: {
    readonly parts: Piece[];
    readonly path: string;
    readonly waiting: Waiting;
    /** Where the words stand that code was last told with. */
    codeAt: number;
  } | null;
  /** Signatures of calls, by their ids; null where there are none. */
  signatures: Map<string, string> | null;
  /** Ids and names of the calls so far; null where there are none. */
  called: { readonly ids: Set<string>; readonly names: Set<string> } | null;
};

/** Ends the model's turn; one without anything in it is none. */
const closeTurn = (reading: OpenTurns): void => {
  const { open, turns } = reading;
  reading.open = null;
  if (open === null || open.parts.length === 0) return;
  const turn: ModelTurn = { role: 'model', parts: open.parts, path: open.path };
  turns.push(turn);
};

/** Adds a turn of anybody else. */
export const addTurn = (reading: OpenTurns, turn: Exclude<Turn, ModelTurn>): void => {
  closeTurn(reading);
  reading.turns.push(turn);
};

const openedTurn = (reading: OpenTurns, path: string): NonNullable<OpenTurns['open']> => {
  reading.open ??= { parts: [], path, waiting: { texts: [], pictures: [] }, codeAt: -1 };
  return reading.open;
};

const isPlainText = (part: Piece | undefined): part is RequestPart =>
  isObject(part) && 'text' in part && part['thought'] !== true && part['thoughtSignature'] === undefined;

/** Adds parts of a message of the model's; a signature that waits for a text stands on the last of them. */
export const addWords = (reading: OpenTurns, parts: readonly TurnPart[], path: string): void => {
  const { parts: into, waiting } = openedTurn(reading, path);
  for (const part of parts) into.push(part);
  const last = into.at(-1);
  const signature = parts.length > 0 && isPlainText(last) ? waiting.texts.shift() : undefined;
  if (signature !== undefined && isPlainText(last)) into[into.length - 1] = { ...last, thoughtSignature: signature };
};

/** Adds code that ran, in words: they go where the parts themselves come back behind it. */
export const addCode = (reading: OpenTurns, code: string, path: string): void => {
  const open = openedTurn(reading, path);
  open.codeAt = open.parts.length;
  open.parts.push({ text: fenceText('python', code) });
};

const addPart = (reading: OpenTurns, part: RequestPart, path: string): void => {
  const { parts, codeAt } = openedTurn(reading, path);
  if (part.executableCode !== undefined && codeAt === parts.length - 1) parts.pop();
  parts.push(part);
};

/** Adds a picture that the model drew. */
export const addPicture = (reading: OpenTurns, part: RequestPart, path: string): void => {
  const { parts, waiting } = openedTurn(reading, path);
  const signature = waiting.pictures.shift();
  parts.push(signature === undefined ? part : { ...part, thoughtSignature: signature });
};

/** Adds a call. */
export const addCall = (reading: OpenTurns, call: Call, path: string): void => {
  openedTurn(reading, path).parts.push({ call });
  reading.called ??= { ids: new Set(), names: new Set() };
  reading.called.ids.add(call.id);
  reading.called.names.add(call.name);
};

/** Signs the text before, or the next one where there is none yet: some clients put all of them first. */
const signBefore = (reading: OpenTurns, signature: string, path: string): void => {
  const { parts, waiting } = openedTurn(reading, path);
  const last = parts.at(-1);
  if (isPlainText(last)) parts[parts.length - 1] = { ...last, thoughtSignature: signature };
  else waiting.texts.push(signature);
};

/** Puts what came back in an envelope where it belongs. */
export const addOpened = (reading: OpenTurns, opened: Opened, path: string): void => {
  switch (opened.on) {
    case 'call':
      reading.signatures ??= new Map();
      reading.signatures.set(opened.callId, opened.signature);
      return;
    case 'next text':
      openedTurn(reading, path).waiting.texts.push(opened.signature);
      return;
    case 'text before':
      signBefore(reading, opened.signature, path);
      return;
    case 'picture':
      openedTurn(reading, path).waiting.pictures.push(opened.signature);
      return;
    case 'thought':
      openedTurn(reading, path).parts.push({ text: '', thought: true, thoughtSignature: opened.signature });
      return;
    case 'empty text':
      openedTurn(reading, path).parts.push({ text: '', thoughtSignature: opened.signature });
      return;
    case 'part':
      addPart(reading, opened.part, path);
  }
};

/** All turns, their calls signed. */
export const closedTurns = (reading: OpenTurns): readonly Turn[] => {
  closeTurn(reading);
  const { turns, signatures } = reading;
  if (signatures === null) return turns;
  const signed = (part: Piece): Piece => {
    const signature = 'call' in part ? signatures.get(part.call.id) : undefined;
    return signature !== undefined && 'call' in part ? { call: { ...part.call, signature } } : part;
  };
  return turns.map((turn) => (turn.role === 'model' ? { ...turn, parts: turn.parts.map(signed) } : turn));
};
