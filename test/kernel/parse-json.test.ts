import fc from 'fast-check';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { digestOf, emptyFingerprint, withEnd, withText } from '../../src/kernel/fingerprint.ts';
import { fullText, hollowText, wholeText } from '../../src/kernel/hollow-text.ts';
import { keptTerms, termsOf } from '../../src/kernel/kept-terms.ts';
import { parseCutLists } from '../../src/kernel/parse-cut-lists.ts';
import { parseLargeJson, parseSmallJson, type ParsedJson } from '../../src/kernel/parse-json.ts';
import { beginningOf, endOf, isUnread, leaveUnread, mayShowPicture, textOf } from '../../src/kernel/unread-text.ts';
import { asName } from '../support/as-name.ts';

const bounds = { depth: 100, values: 1_000_000, itemValues: 400_000, itemTexts: 100_000, objectFields: 10_000 };

const valueOf = E.map(({ value }: ParsedJson) => value);

const parsed = async (text: string, most = bounds) => valueOf(await parseLargeJson(fullText(Buffer.from(text)), { bounds: most, unreadAt: undefined }));

const inOneGo = (text: string): E.Either<string, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(text),
    () => 'not JSON',
  );

const row = (count: number, item: string): string => Array.from({ length: count }, () => item).join(',');

const long = row(5000, '{"role":"user","content":"All is well, [and] {so on}, \\"quoted\\" \\\\"}');

t.test('what is parsed in pieces is what JSON.parse makes of it, or is refused as there', async (t) => {
  const texts = [
    `{"a":[${long}],"b":[1,[2]],"c":{"d":[3]},"e":[]}`,
    `{"a":[${long}],"a":[2]}`,
    `{"a":[2],"a":[${long}]}`,
    `{"__proto__":[${long}],"constructor":[1]}`,
    `{ "a" : [ ${long} ] , "b" : [ ] }`,
    `{"a":[${row(200_000, '1')}]}`,
    `[[${long}]]`,
    `[${long}]`,
    `"${'a'.repeat(300_000)}"`,
    `{"a":[${long},]}`, `{"a":[,${long}]}`, `{"a":[${long},,${long}]}`, `{"a":[${long}}`, `{"a":[${long}]]`, `{"a":[${long}]`, `{"a":[${long}],}`, `{"a"[${long}]}`, `{"a":[${long}]}]`, `{[${long}]}`, `{"a":[${long} ${long}]}`, `{"a":[${long},${' '.repeat(100_000)},${long}]}`,
  ];
  for (const text of texts) t.same(await parsed(text), inOneGo(text), `${text.slice(0, 12)} … ${text.slice(-6)}`);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.array(fc.jsonValue())), fc.integer({ min: 0, max: 200 }), async (value, cut) => {
      const text = JSON.stringify(value);
      const broken = text.slice(0, Math.max(0, text.length - (cut > 100 ? 0 : cut)));
      t.same(await parsed(broken), inOneGo(broken));
    }),
    { numRuns: 300 },
  );
});

const cutBounds = { depth: 1000, objectFields: 10_000, listItems: 262_144 };

/** JSON in which lists may be large at any depth, beside each other and in each other. */
const largeLists = fc.letrec<{ readonly json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('1', 'null', '[]', '"longListOfThisText0"', '"\\u006congListOfThisText0"', '"a],[b\\""', '{"__proto__":[1]}', `"${'天'.repeat(30_000)}"`),
    fc.tuple(fc.constantFrom(1, 1, 7000), fc.array(tie('json'), { maxLength: 2 }), fc.array(tie('json'), { maxLength: 2 })).map(([count, before, after]) => `[ ${[...before, row(count, '{"a" : "["}'), ...after].join(' ,')}]`),
    fc.array(fc.tuple(fc.constantFrom('"a"', '"b"', '"__proto__"', '"longListOfThisText0"'), tie('json')), { maxLength: 3 }).map((fields) => `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`),
  ),
})).json;

t.test('lists that are cut at any depth come out as JSON.parse makes them, or are refused as there', async (t) => {
  const cut = async (text: string) => JSON.stringify(await parseCutLists(Buffer.from(text), cutBounds));
  const many = row(30_000, '{"a":1}');
  const texts = [
    '', ' ', '1', '1,2', '[]', '[],[]', `[${many}]`, `[${many}],[${many}]`, `{"a":{"b":[[${many}],{"c":[${many}]}]}}`, `{"a":[${many}],"a":[2]}`, `{"a":[2],"a":[${many}]}`, `{"longListOfThisText0":[${many}]}`, `{"a":"longListOfThisText0","b":[${many}]}`,
    `[${many},]`, `[,${many}]`, `[${many},,${many}]`, `[${many},${' '.repeat(100_000)},${many}]`, `[${many} ${many}]`, `[${many}`, `[${many}}`, `${many}]`, `{"a":[${many}}]`, `{[${many}]:1}`, `{"a"[${many}]}`, `[[${many}][${many}]]`, `[1[${many}]]`, `["${many}`, `\ufeff[${many}]`,
  ];
  for (const text of texts) t.equal(await cut(text), JSON.stringify(inOneGo(text)), asName(`${text.slice(0, 30)} to ${text.slice(-6)}`));
  await fc.assert(
    fc.asyncProperty(largeLists, fc.integer({ min: -100, max: 100 }), async (text, less) => {
      const broken = text.slice(0, Math.max(0, text.length - Math.max(0, less)));
      t.ok((await cut(broken)) === JSON.stringify(inOneGo(broken)), `${broken.length} characters`);
    }),
    { numRuns: 40 },
  );
});

t.test('no step of what is parsed in pieces is as large as the text, wherever its large lists stand', async (t) => {
  const many = row(20_000, '{"a":[1,2],"b":"c"}');
  const { parse } = JSON;
  let longest = 0;
  t.intercept(JSON, 'parse', { value: (text: string): unknown => ((longest = Math.max(longest, text.length)), parse(text)) });
  for (const text of [`{"a":[{"b":{"c":[${many}],"d":[[${many}]]}}]}`, `[[[[${many}]]]]`, `{"a":[${many},[${many},{"b":[${many}]}]]}`]) {
    longest = 0;
    t.ok(E.isRight(await parseCutLists(Buffer.from(text), cutBounds)));
    t.ok(longest > 0 && longest < 70_000, `${longest} of ${text.length} characters`);
  }
});

t.test('an answer over a bound is told before it is parsed', async (t) => {
  const names = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;
  const unfit = async (text: string) => t.same(await parseCutLists(Buffer.from(text), cutBounds), E.left('unfit'), asName(text.slice(0, 20)));
  await unfit(`{"a":[${row(262_145, '{}')}`);
  await unfit(`[{"a":${names(10_001)}}]`);
  await unfit('['.repeat(1001));
  for (const text of [`{"a":[${row(262_144, '{}')}]}`, names(10_000), `${'['.repeat(1000)}${']'.repeat(1000)}`]) t.ok(E.isRight(await parseCutLists(Buffer.from(text), cutBounds)), asName(text.slice(0, 20)));
});

t.test('what is over a bound is told before it is parsed', async (t) => {
  const fields = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;
  const cases: readonly (readonly [string, string])[] = [
    [`{"a":[${'['.repeat(100)}`, 'too deep'],
    [`{"a":${fields(10_001)}}`, 'too many fields'],
    [`{"a":[${row(1_000_001, '1')}]}`, 'too many values'],
    [`{"a":[[${row(400_001, '1')}]]}`, 'too large an item'],
    [`{"a":{"b":[${row(100_001, '"c"')}]}}`, 'too large an item'],
  ];
  for (const [text, fault] of cases) t.same(await parsed(text), E.left(fault), fault);
  t.ok(E.isRight(await parsed(`{"a":[${row(900_000, '1')}],"b":${fields(10_000)}}`)), 'items are counted one by one');
});

/** A string literal that is long enough to be cut out, or not; with anything in it that JSON may hold, and some that it may not. */
const literal = fc
  .tuple(
    fc.constantFrom(40_000, 0, 22, 90, 400, 40_000),
    fc.constantFrom('a', 'Zm9v', '\\n', '\\"', '\\\\', 'é', '天', '🙂', ' '),
    fc.array(fc.constantFrom('a', '\\n', '\\"', '\\\\', '\\/', '\\u00e9', '\\ud83d\\ude42', '\\ud800', '\\u0041', '\\q', '\\u12', '\t', '\u0001', '天', '🙂', '\ufeff', '\u2028', 'data:image/png;base64,', '='), { maxLength: 2, size: 'xsmall' }),
    fc.array(fc.constantFrom('b', '\\n', '=', '==', '\\\\'), { maxLength: 1 }),
  )
  .map(([length, filling, head, tail]) => `"${head.join('')}${filling.repeat(Math.ceil(length / Buffer.byteLength(filling)))}${tail.join('')}"`);

const json = fc.letrec<{ readonly json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    literal,
    fc.constantFrom('1', 'null', '"\u007f0"', '"\\u007f0"', '"\\u007F0"', `${' '.repeat(40_000)}1`, `[${row(20_000, '1')}]`),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(fc.tuple(fc.oneof(literal, fc.constantFrom('"a"', '"b"', '"__proto__"')), tie('json')), { maxLength: 3 }).map((fields) => `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`),
  ),
})).json;

const cuts = fc.array(fc.nat(200_000), { maxLength: 6 });

/** Bytes cut at these places, each piece in memory of its own. */
const piecesOf = (bytes: Buffer, at: readonly number[]): readonly Uint8Array[] => {
  const borders = [0, ...at.toSorted((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, index) => new Uint8Array(bytes.subarray(borders[index], end)));
};

t.test('long texts that are cut out of JSON come back as they were, or are left unread', async (t) => {
  let [unread, holes] = [0, 0];
  const whole = (value: unknown): unknown => {
    if (isUnread(value)) unread += 1;
    if (isUnread(value) && JSON.stringify(textOf(value)) !== `"${Buffer.concat(value.pieces()).toString()}"`) throw new Error('JSON.stringify writes it otherwise');
    if (typeof value !== 'object' || value === null || isUnread(value)) return isUnread(value) ? textOf(value) : value;
    if (Array.isArray(value)) return value.map(whole);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, whole(inner)]));
  };
  for (const unreadAt of [() => true, (_: unknown, path: readonly unknown[]) => path.length % 2 === 0, () => false]) {
   for (const shortTexts of [undefined, { least: 24, names: ['a', 'role'] }]) {
    const expected = { bounds, unreadAt, shortTexts };
    await fc.assert(
      fc.asyncProperty(json, cuts, fc.nat(40), async (json, at, less) => {
        const text = less < 20 ? json.slice(0, -less) : json;
        const plain = JSON.stringify(inOneGo(text));
        const hollow = hollowText(piecesOf(Buffer.from(text), at));
        holes += hollow.holes.length;
        for (const body of [fullText(Buffer.from(text)), hollow]) {
          t.ok(wholeText(body).equals(Buffer.from(text)), 'nothing is lost');
          t.ok(JSON.stringify(E.map(whole)(valueOf(parseSmallJson(body, expected)))) === plain, 'in one go');
          t.ok(JSON.stringify(E.map(whole)(valueOf(await parseLargeJson(body, expected)))) === plain, 'in pieces');
        }
      }),
      { numRuns: 100 },
    );
   }
  }
  t.ok(unread > 0 && holes > 0, `${unread} were left unread, ${holes} stretches left out`);
});

t.test('a body with broken bytes is what JSON.parse makes of it, whatever is left unread', (t) => {
  const message = { role: 'user', content: 'It says "so", all is well \\ \n that ends é天🙂 well' };
  const whole = Buffer.from(JSON.stringify({ messages: [message, { ...message, content: 'short' }, message], user: 'u'.repeat(30) }));
  const byte = fc.constantFrom(0x00, 0x09, 0x22, 0x5c, 0x2c, 0x75, 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe5, 0xed, 0xf0, 0xff);
  let unread = 0;
  /** Each text that is left unread goes on as the bytes that it has: they are to be those of what it says. */
  const holdsAsRead = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return true;
    if (!isUnread(value)) return Object.values(value).every(holdsAsRead);
    unread += 1;
    return Buffer.concat(value.pieces()).equals(Buffer.from(JSON.stringify(textOf(value)).slice(1, -1)));
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), byte), { maxLength: 3 }), (broken) => {
      const bytes = Buffer.from(whole);
      for (const [at, is] of broken) bytes[at] = is;
      const read = valueOf(parseSmallJson(fullText(bytes), { bounds, unreadAt: () => true, shortTexts: { least: 24, names: ['content', 'user'] } }));
      return JSON.stringify(read) === JSON.stringify(inOneGo(bytes.toString())) && (E.isLeft(read) || holdsAsRead(read.right));
    }),
    { numRuns: 5000 },
  );
  t.ok(unread > 100, `${unread} were left unread`);
  t.end();
});

t.test('of very many short texts none is cut out, and what is read says the same', (t) => {
  const shortTexts = { least: 24, names: ['content'] };
  for (const [count, length, more, unread] of [[256, 30, 0, 256], [257, 30, 0, 0], [1000, 511, 0, 0], [257, 512, 0, 257], [400, 100, 5, 5]] as const) {
    const texts = [...Array.from({ length: count }, (_, at) => `${at}`.padEnd(length, 'x')), ...Array.from({ length: more }, () => 'y'.repeat(600))];
    const json = JSON.stringify({ messages: texts.map((content) => ({ content })) });
    const read = valueOf(parseSmallJson(fullText(Buffer.from(json)), { bounds, unreadAt: () => true, shortTexts }));
    const messages = E.isRight(read) ? (read.right as { readonly messages: readonly { readonly content: unknown }[] }).messages : [];
    t.equal(messages.filter(({ content }) => isUnread(content)).length, unread, `${count} of ${length}`);
    t.same(JSON.stringify({ messages }), json);
  }
  t.end();
});

t.test('whether a text may show a picture is told of its bytes as of itself', (t) => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('!', '[', 'a', '\n', '\\', '天') }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(pieces, (texts) => {
      const left = leaveUnread(texts.map((one) => Buffer.from(JSON.stringify(one).slice(1, -1))).filter(({ length }) => length > 0));
      return left === null || mayShowPicture(left) === texts.join('').includes('![');
    }),
    { numRuns: 2000 },
  );
  t.end();
});

t.test('of a body in pieces the long stretches of its strings are neither copied nor looked at', async (t) => {
  const picture = Buffer.alloc(1_000_000, 'Zm9v');
  const whole = Buffer.concat([Buffer.from('{"tools":[{"a":"\\\\"}],"a":{"url":"data:image/png;base64,'), picture, Buffer.from('"},"b":"\\""}')]);
  const pieces = piecesOf(whole, [65_536, 131_072, 500_000, 600_001]);
  const hollow = hollowText(pieces);
  t.ok(hollow.bytes.length < 200, `${hollow.bytes.length} bytes are left`);
  t.ok(hollow.holes.every(({ bytes }) => pieces.some(({ buffer }) => bytes.buffer === buffer)), 'the others are where they came');
  const read = valueOf(parseSmallJson(hollow, { bounds, unreadAt: () => true }));
  const { a } = (E.isRight(read) ? read.right : {}) as { readonly a?: { readonly url?: unknown } };
  const { url } = a ?? {};
  t.ok(isUnread(url) && url.base64From === 22 && Buffer.concat(url.pieces()).toString() === `data:image/png;base64,${picture.toString()}`);
});

t.test('a list of tools in which something was left out is not taken for another one', async (t) => {
  const tools = (long: string): string => JSON.stringify([{ description: `${'a'.repeat(2000)}"${long}` }]);
  for (const long of ['', 'b'.repeat(40_000), 'c'.repeat(40_000), '']) {
    const bytes = Buffer.from(`{"tools":${tools(long)},"x":1}`);
    const read = valueOf(parseSmallJson(hollowText(piecesOf(bytes, [21_000])), { bounds, unreadAt: () => false }));
    t.ok(JSON.stringify(read) === JSON.stringify(E.right(JSON.parse(bytes.toString()))), `${long.length} letters`);
  }
});

t.test('a text is left unread only where JSON.stringify writes the same bytes', async (t) => {
  const left = (text: string) => leaveUnread([Buffer.from(text)]);
  for (const text of ['a', 'a\\n\\"\\\\', 'é天🙂', '\u2028\u007f']) t.ok(isUnread(left(text)), text);
  for (const text of ['\n', '\u0000', '\\/', '\\u00e9', '\\ud800', '\\', 'a\\']) t.equal(left(text), null, JSON.stringify(text));
  t.equal(leaveUnread([Buffer.from([0x61, 0xff])]), null, 'no UTF-8');
  t.equal(leaveUnread([Buffer.from([0xed, 0xa0, 0x80])]), null, 'half a character in UTF-8');
});

t.test('beginning and end of an unread text are those of the text', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '"', '\\', 'é', '天', '🙂') }), { minLength: 1, maxLength: 3 }), fc.nat(40), (texts, most) => {
      const text = texts.join('');
      const unread = leaveUnread(texts.map((one) => Buffer.from(JSON.stringify(one).slice(1, -1))));
      if (unread === null) return false;
      const end = endOf(unread, most);
      return beginningOf(unread, most) === text.slice(0, most) && text.endsWith(end) && Buffer.byteLength(JSON.stringify(end)) + 4 >= Math.min(most, unread.size);
    }),
    { numRuns: 2000 },
  );
  t.pass();
  t.end();
});

t.test('a text that nobody has read is told by the same fingerprint as if it were read', (t) => {
  const piece = fc.tuple(fc.constantFrom('a', ' ', '\n', '\t', '"', '\\', '\\n', 'x"\\', 'n', 'é', '天', '🙂', '\u00a0', 'word and '), fc.constantFrom(1, 1, 2, 50, 130)).map(([text, times]) => text.repeat(times));
  let left = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom(Infinity, 240, 3), (pieces, most) => {
      const text = pieces.join('');
      const unread = leaveUnread([Buffer.from(JSON.stringify(text).slice(1, -1))]);
      if (unread === null) return false;
      left += 1;
      const [known, end] = [withText(emptyFingerprint, 'before'), most === Infinity ? text : text.slice(-most)];
      const [said, ended] = [withText(known, unread), withEnd(known, unread, most)];
      return digestOf(said) === digestOf(withText(known, text)) && digestOf(ended) === digestOf(withEnd(known, end)) && textOf(unread) === text;
    }),
    { numRuns: 3000 },
  );
  t.ok(left > 1000);
  t.end();
});

t.test('a list of tools that comes again is the same value, and what is parsed is what JSON.parse makes of it', async (t) => {
  const wide = (tools: string): string => `{"a":"x","tools":${tools},"b":[1]}`;
  const tools = JSON.stringify(Array.from({ length: 40 }, (_, at) => ({ type: 'function', function: { name: `tool_${at}`, description: 'It says "so", [and] {so on} \\', parameters: { type: 'object' } } })));
  const read = (text: string) => valueOf(parseSmallJson(fullText(Buffer.from(text)), { bounds, unreadAt: undefined }));
  const [one, two] = [read(wide(tools)), read(wide(tools).replace('"x"', '"y"'))] as readonly E.Either<never, { readonly tools: readonly object[] }>[];
  const [first, second] = [one, two].map((parsed) => (parsed !== undefined && E.isRight(parsed) ? parsed.right.tools : []));
  t.ok(first === second && first?.length === 40, 'one value for both');
  t.ok(Object.isFrozen(first) && Object.isFrozen(first?.[3]), 'that nobody can change');
  const deep = `[${'['.repeat(98)}"${'d'.repeat(2000)}"${']'.repeat(98)}]`;
  const texts = [
    wide(tools), wide(tools).replace('"tools":', '"tools" :'), wide(tools).replace('"tools":', '"tools":  '), wide(tools).replace('"tools":', '"\\u0074ools":'), wide(tools).replace('"tools":', '"x\\"tools":'),
    `{"tools":${tools},"tools":[1]}`, `{"tools":[1],"tools":${tools}}`, `{"tools":${tools},"\\u0074ools":[1]}`, `{"a":{"tools":${tools}}}`, `[{"tools":${tools}}]`, `{"a":"\\"tools\\":[1]","tools":${tools}}`, `{"a":"keptListOfThisBody","tools":${tools}}`, `{"tools":"keptListOfThisBody","a":{"tools":${tools}}}`, `{"a":{"tools":${tools}},"tools":"\\u006beptListOfThisBody"}`,
    wide(deep), wide(`[${deep}]`), wide(`[${deep}`), wide(`${deep}]`), wide(tools.slice(0, -1)), wide(`${tools.slice(0, -1)},]`), wide(`${tools},[]`), `{"tools":${tools}`, `{"tools":${tools} "b":1}`, `"a"tools":${tools}`, `{"tools":${tools}x}`,
  ];
  for (const text of [...texts, ...texts]) {
    const plain = inOneGo(text);
    t.same(JSON.stringify(read(text)), JSON.stringify(text.includes(`[${deep}`) ? E.left('too deep') : plain), `${text.slice(0, 40)} … ${text.slice(-12)}`);
  }
  for (let at = 0; at < 100; at += 1) t.ok(E.isRight(read(wide(tools.replace('tool_1"', `other_${at}"`)))), 'others push it out');
  t.same(read(wide(tools)), inOneGo(wide(tools)), 'and it is read anew');
});

t.test('values in a kept list of tools count', async (t) => {
  const tools = `[${row(2000, '1')}]`;
  const least = (values: number) => parseSmallJson(fullText(Buffer.from(`{"tools":${tools},"a":[2]}`)), { bounds: { ...bounds, values }, unreadAt: undefined });
  t.ok(E.isRight(least(2004)));
  t.same([least(2003), least(2003)], [E.left('too many values'), E.left('too many values')]);
});

t.test('a body whose terms came before is what JSON.parse makes of it, or is refused as there', async (t) => {
  const lists = ['[]', '[{"role":"user","content":"a]\\"b"}]', '[[],{"messages":[1],"stream":true}]', '["\\u006d", 1e400]', '[1', '1]', '[1,]', '[1],"stream":[2]', '[{]}', `["${'x'.repeat(40_000)}"]`, '["\u007f0"]', '"x"', 'null', '{"a":[1]}'];
  const list = fc.constantFrom(...lists);
  const member = fc.oneof(
    { weight: 3, arbitrary: list.map((one) => `"messages":${one}`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('"messages": ', '"messages" :', '"\\u006dessages":', '"x\\"messages":', '"a":{"messages":'), list).map(([name, one]) => `${name}${one}${name.includes('{') ? '}' : ''}`) },
    { weight: 4, arbitrary: fc.constantFrom('"model":"a"', '"model":"messages"', '"model":"\\u0061"', '"model":"\u007f0"', `"model":"${'k'.repeat(30)}"`, `"model":"${'m'.repeat(2000)}"`, '"stream":true', '"stream":{"messages":[1]}', '"stream":{"a":"]"}', '"stream":1,"stream":2', '"stop":["]"]', '"user":"u"', '"__proto__":{"user":1}', '"stream"', '"tools":[1]') },
  );
  const comma = fc.constantFrom(',', ', ', ',\n');
  const wild = fc.tuple(fc.constantFrom('{', '{', ' {', '[{', '{{', '"messages":'), fc.array(member, { minLength: 1, maxLength: 4 }), comma, fc.constantFrom('}', '}', '} ', '}]', '')).map(([open, members, between, close]) => `${open}${members.join(between)}${close}`);
  const usual = fc.tuple(fc.constantFrom('', '"model":"a"', '"model":"b"', `"model":"${'m'.repeat(40_000)}"`, '"stream":{"messages":[1]}'), list, fc.constantFrom('', '', '"stream":true', '"stream":false', '"messages":[2]', '"\\u006dessages":[2]', '"stop":["a"]'), comma).map(([before, one, behind, between]) => `{${[before, `"messages":${one}`, behind].filter((piece) => piece !== '').join(between)}}`);
  const hidden = fc.constantFrom('{"messages":null,"stream":{"messages":[1]}}', '{"\\u006dessages":null,"stream":{"messages":[1]}}', '{"stream":{"messages":[1]},"messages":null}', '{"stream":{"messages":[1]},"\\u006dessages":null}');
  const text = fc.oneof(wild, { weight: 3, arbitrary: usual }, hidden);
  const terms = keptTerms('messages', new Set(['model', 'stream']));
  const seen = { known: 0, unknown: 0 };
  const read = (given: string) => {
    const made = valueOf(parseSmallJson(fullText(Buffer.from(given)), { bounds, unreadAt: () => false, shortTexts: { least: 24, names: ['model', 'content'] }, terms }));
    const shared = E.isRight(made) ? termsOf(made.right) : undefined;
    seen[shared === undefined ? 'unknown' : 'known'] += 1;
    if (E.isRight(made) && shared !== undefined) {
      const said = { ...(made.right as object), messages: null };
      if (!Object.isFrozen(shared) || JSON.stringify(shared) !== JSON.stringify(said) || Object.keys(said).some((name) => !['model', 'messages', 'stream'].includes(name))) throw new Error(`kept: ${JSON.stringify(shared)}`);
    }
    return made;
  };
  fc.assert(
    fc.property(text, (given) => {
      const plain = JSON.stringify(inOneGo(given));
      for (let time = 0; time < 2; time += 1) if (JSON.stringify(read(given)) !== plain) return false;
      return true;
    }),
    { numRuns: 5000 },
  );
  t.ok(seen.known > 500 && seen.unknown > 500, `${seen.known} known, ${seen.unknown} not`);
  const [one, two] = ['[1]', '[2]'].map((messages) => valueOf(parseSmallJson(fullText(Buffer.from(`{"model":"a","messages":${messages}}`)), { bounds, unreadAt: undefined, terms })));
  t.ok(one !== undefined && two !== undefined && E.isRight(one) && E.isRight(two) && termsOf(two.right) !== undefined && one.right !== two.right && [undefined, termsOf(two.right)].includes(termsOf(one.right)), 'one value for the terms of both');
});
