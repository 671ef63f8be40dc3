import t from 'tap';
import { textOf } from '../../src/kernel/unread-text.ts';
import { E } from '../../src/kernel/fp.ts';
import type { Machine } from '../../src/kernel/machine.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { answerWriter, type AnswerForm } from '../../src/ports/answer-writer.ts';
import { textFrame } from '../support/capabilities.ts';

/** Numbers everything that goes out, as a dialect with sequence numbers would. */
const numbering: Machine<number, Frame, string> = {
  start: 0,
  step: (state, frame) => {
    const texts = (frame.candidates ?? []).flatMap(({ content }) => (content?.parts ?? []).map(({ text = '' }) => text));
    return [state + texts.length, texts.map((text, at) => `${state + at}:${textOf(text)}`)];
  },
  end: (state) => [`${state}:end`],
  fail: (state, { tag }) => [`${state}:${tag}`],
};

const spent = { callId: 'c', value: 'v', keyId: 'k' };

const form: AnswerForm<number, string> = {
  frames: (outputs) => outputs.map((output) => `${output};`).join(''),
  whole: (outputs) => E.right({ kind: 'whole', status: 200, headers: {}, body: outputs.join(' ') }),
  signatures: (last) => (last.includes('2:end') ? [spent] : []),
  closing: 'DONE',
};

const cut: ProxyError = { tag: 'StreamCut' };
const batches: readonly (readonly Frame[])[] = [[textFrame('a')], [textFrame('b')]];

t.test('however frames are parted into batches, the text is the same, and whole is the stream collected', (t) => {
  for (const parts of [batches, [batches.flat()], [[], ...batches, []]]) {
    const writer = answerWriter(numbering, form);
    const [stream, whole] = [writer.stream(), writer.whole()];
    const text = parts.map(stream.write).join('');
    parts.forEach(whole.add);
    t.equal(text, '0:a;1:b;');
    t.same(stream.end(), E.right({ value: '2:end;DONE', signatures: [spent] }));
    t.match(whole.end(), E.right({ value: { body: '0:a 1:b 2:end' }, signatures: [spent] }));
  }
  t.equal(answerWriter(numbering, form).stream().write([{}]), '', 'nothing for nothing');
  t.end();
});

t.test('each stream of a writer begins anew', (t) => {
  const writer = answerWriter(numbering, form);
  t.equal(writer.stream().write([textFrame('a')]), '0:a;');
  t.equal(writer.stream().write([textFrame('b')]), '0:b;');
  t.end();
});

t.test('a failure inside a stream knows what has gone out, heartbeats with it, and nothing closes after it', (t) => {
  const beating: AnswerForm<number, string> = { ...form, heartbeat: (state) => [state + 1, `${state}:beat;`] };
  const stream = answerWriter(numbering, beating).stream();
  t.equal(stream.heartbeat(), '0:beat;', 'even before the first frame');
  t.equal(stream.write([textFrame('a')]), '1:a;');
  t.equal(stream.heartbeat(), '2:beat;');
  t.equal(stream.fail(cut), '3:StreamCut;');
  t.equal(answerWriter(numbering, form).stream().heartbeat(), ': keep-alive\n\n', 'a comment unless told');
  t.end();
});

t.test('an answer that says itself what went wrong ends as a failure, streamed and whole', (t) => {
  const failing: AnswerForm<number, string> = {
    ...form,
    failure: (last) => (last.includes('0:end') ? cut : null),
    whole: (outputs) => (outputs.includes('0:end') ? E.left(cut) : form.whole(outputs)),
  };
  const writer = answerWriter(numbering, failing);
  t.same(writer.stream().end(), E.left(cut));
  t.same(writer.whole().end(), E.left(cut));
  const good = writer.stream();
  good.write([textFrame('a')]);
  t.match(good.end(), E.right({ value: '1:end;DONE' }));
  t.end();
});
