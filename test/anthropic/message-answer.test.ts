import t from 'tap';
import type { Frame } from '../../src/gemini/response.ts';
import { callPart, frame, stop } from '../support/chat.ts';
import { answer, collected, streamed } from '../support/messages.ts';

const usageMetadata = { promptTokenCount: 100, cachedContentTokenCount: 30, toolUsePromptTokenCount: 5, candidatesTokenCount: 7, thoughtsTokenCount: 20 };
const counted = (one: Frame): Frame => ({ ...one, usageMetadata });
const thinking = { thinking: { type: 'adaptive' } };

t.test('a text comes as one block with every field of a message', async (t) => {
  const made = answer({}, [frame([{ text: 'Good ' }]), counted(frame([{ text: 'day' }], stop))]);
  t.same(made, {
    id: 'msg_x',
    type: 'message',
    role: 'assistant',
    model: 'gemini-3.5-flash',
    content: [{ type: 'text', text: 'Good day', citations: null }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: 75,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 30,
      output_tokens: 27,
      output_tokens_details: { thinking_tokens: 20 },
      server_tool_use: null,
      cache_creation: null,
      service_tier: 'standard',
      inference_geo: null,
      speed: null,
    },
  });
});

t.test('a stream begins with message_start and a ping, has an index for each block, and ends with its counts', async (t) => {
  const frames = [frame([{ text: 'a', thought: true }]), frame([{ text: 'b' }]), counted(frame([callPart('weather', { city: 'Bonn' })], stop))];
  const events = streamed(thinking, frames);
  t.same(events.map(({ name }) => name), ['message_start', 'ping', 'content_block_start', 'content_block_delta', 'content_block_stop', 'content_block_start', 'content_block_delta', 'content_block_stop', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
  t.ok(events.every(({ name, data }) => name === data.type), 'each event has its name');
  t.match(events.at(-2)?.data, { delta: { stop_reason: 'tool_use' }, usage: { input_tokens: 75, cache_read_input_tokens: 30 } });
  t.match(collected(events).content, [{ type: 'thinking', thinking: 'a', signature: '' }, { type: 'text', text: 'b' }, { type: 'tool_use', id: 'toolu_id-weather', name: 'weather', input: { city: 'Bonn' } }]);
});
