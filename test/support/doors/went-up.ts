import { asked, type Pollux } from '../pollux.ts';
import { at, type Json } from '../responses.ts';

const standIns: readonly unknown[] = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

const partOf = ({ text, inlineData, functionCall, functionResponse, thoughtSignature }: Json): readonly unknown[] => {
  const isSigned = typeof thoughtSignature === 'string' && !standIns.includes(thoughtSignature);
  if (functionCall !== undefined) return [['call', at(functionCall, 'name'), at(functionCall, 'args')], ['signed', isSigned]];
  if (functionResponse !== undefined) return [['result', at(functionResponse, 'name'), at(functionResponse, 'response')]];
  if (inlineData !== undefined) return [['picture', at(inlineData, 'mimeType'), at(inlineData, 'data'), isSigned]];
  return text === '' || text === '[image]' || text === undefined ? [] : [['text', text]];
};

/** What Gemini was asked last, without what each door may write in its own way: ids, empty parts, and the mark in the place of a link. */
export const wentUp = ({ emulator }: Pollux): readonly unknown[] => {
  const contents = (at(asked(emulator).at(-1), 'body.contents') ?? []) as readonly Json[];
  return contents.map(({ role, parts }) => [role, (parts as readonly Json[]).flatMap(partOf)]);
};
