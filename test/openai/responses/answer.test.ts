import t from 'tap';
import { frame, stop } from '../../support/chat.ts';
import { responseEvents, wholeResponse } from '../../support/responses.ts';

t.test('a text is told in the order of the published API, and whole as its stream collected', async (t) => {
  const frames = [frame([{ text: 'hello ' }]), frame([{ text: 'you' }], stop)];
  const events = await responseEvents({}, frames);
  t.same(events.map(({ type }) => type), [
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  t.same(events.map((event) => event['sequence_number']), events.map((_, at) => at));
  t.same(await wholeResponse({}, frames), events.at(-1)?.['response']);
});
