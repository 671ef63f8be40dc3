import t from 'tap';
import { leaveUnread, type UnreadText } from '../../src/kernel/unread-text.ts';
import { addWithPictures, pictureAddresses, picturesFrom, tooManyPictures } from '../../src/gemini/conversation/earlier-pictures.ts';
import type { ModelTurn } from '../../src/gemini/conversation/turns.ts';
import type { RequestPart } from '../../src/gemini/request.ts';

const unread = (text: string): UnreadText => {
  const left = leaveUnread([Buffer.from(text)]);
  if (left === null) throw new Error('it had to be read');
  return left;
};

/** How often a text is read. */
const counted = (text: UnreadText) => {
  const seen = { reads: 0 };
  const read = text.toString;
  return { seen, text: Object.assign(text, { toString: (): string => ((seen.reads += 1), read.call(text)) }) };
};

const turnOf = (text: UnreadText): ModelTurn => ({ role: 'model', path: 'messages[0]', parts: [{ text }] });

t.test('a long text that only seems to begin pictures is looked through once, and goes up unread', (t) => {
  const { seen, text } = counted(unread('![](x) and so on. '.repeat(20)));
  const turn = turnOf(text);
  t.equal(tooManyPictures([turn]), null);
  t.equal(picturesFrom([turn], 'last'), 1);
  t.same([...pictureAddresses(turn)], []);
  const parts: RequestPart[] = [];
  addWithPictures(parts, text, { isSent: true, media: new Map() });
  t.equal(parts.length, 1);
  t.equal((parts[0] as { readonly text?: unknown }).text, text);
  t.equal(seen.reads, 1);
  t.end();
});

t.test('one that shows a picture is found each time', (t) => {
  const url = 'https://pictures.example/a.png';
  const text = unread(`${'![](x) and so on. '.repeat(20)}![](${url})`);
  const turn = turnOf(text);
  for (let times = 0; times < 2; times += 1) {
    t.equal(tooManyPictures([turn]), null);
    t.equal(picturesFrom([turn], 'last'), 0);
    t.same([...pictureAddresses(turn)], [url]);
  }
  const parts: RequestPart[] = [];
  addWithPictures(parts, text, { isSent: false, media: new Map() });
  t.match(parts.at(-1), { text: '[image]' });
  t.end();
});
