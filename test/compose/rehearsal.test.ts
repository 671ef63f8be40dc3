import t from 'tap';
import { rehearseOnce } from '../../src/compose/rehearse-once.ts';
import { chatSamples } from '../../src/compose/chat-samples.ts';
import { rehearseChat } from '../../src/compose/rehearsal.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { eventually } from '../support/serving.ts';

const dialect = chatDialect({ systemPromptMode: 'leading', historyImages: 'all', imageReplyFormat: 'markdown', modelAliases: new Map() });

t.test('each sample of the rehearsal comes to an answer, and none keeps the event loop for long', async (t) => {
  const state = { turns: 0, isOver: false };
  const count = (): void => {
    state.turns += 1;
    if (!state.isOver) setImmediate(count);
  };
  count();
  const answered = await rehearseChat(dialect);
  state.isOver = true;
  t.ok(answered > 0);
  t.equal(answered % chatSamples.length, 0, 'all of them');
  t.ok(state.turns >= answered, 'others have their turn between any two');
});

t.test('it is done once in a process, and what goes wrong in it is told in the log alone', async (t) => {
  const [lines, asked]: [string[], number[]] = [[], []];
  const faulty = {
    ...dialect,
    decode: () => {
      asked.push(1);
      throw new TypeError('a fault of ours');
    },
  };
  for (let count = 0; count < 3; count += 1) rehearseOnce(faulty, (level, message) => lines.push(`${level} ${message}`));
  await eventually(() => lines.length > 0);
  t.same(lines, ['error The rehearsal failed']);
  t.equal(asked.length, 1);
});
