import type { Test } from 'tap';
import { answerKey, emptyPrint } from '../../../src/gemini/conversation/answer-key.ts';
import { seeded } from '../random.ts';
import type { Signature } from '../../../src/ports/capabilities.ts';
import type { SignatureBounds, SignatureMemory } from '../../../src/adapters/state/signature-memory.ts';

/** A memory to be held to the contract; `settled` resolves when everything said so far has taken effect. */
export type SignatureMemoryUnderTest = SignatureMemory & { readonly settled: () => Promise<void> };

export type MakeSignatureMemory = (bounds: SignatureBounds) => Promise<SignatureMemoryUnderTest>;

/** A made-up signature of so many characters. */
export const signature = (callId: string, length = 10): Signature => ({
  callId,
  value: 's'.repeat(length),
  keyId: 'feedfeedfeed',
});

const roomy: SignatureBounds = { mostEntries: 100, mostCharacters: 100_000, mostKept: 100_000 };

const idsOf = async ({ recallSignatures }: SignatureMemory, ids: readonly string[]): Promise<readonly string[]> =>
  [...(await recallSignatures(ids)).keys()];

/** What every signature memory keeps to, wherever it lives. */
export const signatureMemoryContract = (t: Test, make: MakeSignatureMemory): void => {
  const filled = async (bounds: Partial<SignatureBounds>, signatures: readonly Signature[]): Promise<SignatureMemoryUnderTest> => {
    const memory = await make({ ...roomy, ...bounds });
    for (const one of signatures) memory.rememberSignature(one, '192.0.2.1');
    await memory.settled();
    return memory;
  };

  t.test('what was remembered of some calls is recalled, and nothing else', async (t) => {
    const { recallSignatures } = await filled({}, [signature('a'), signature('b')]);
    t.same([...(await recallSignatures(['b', 'c', '__proto__']))], [['b', signature('b')]]);
    t.equal((await recallSignatures([])).size, 0);
  });

  t.test('the latest signature of a call counts', async (t) => {
    const { recallSignatures } = await filled({}, [signature('a', 10), signature('a', 20)]);
    t.same((await recallSignatures(['a'])).get('a'), signature('a', 20));
  });

  t.test('past so many entries the one not used for longest goes', async (t) => {
    const memory = await filled({ mostEntries: 2 }, [signature('a'), signature('b')]);
    await memory.recallSignatures(['a']);
    memory.rememberSignature(signature('c'), '192.0.2.1');
    t.same(await idsOf(memory, ['a', 'b', 'c']), ['a', 'c']);
  });

  t.test('past so many characters the ones not used for longest go', async (t) => {
    const ids = Array.from({ length: 12 }, (_, each) => `call-${each + 10}`);
    const memory = await filled({ mostCharacters: 1000 }, ids.map((id) => signature(id, 100 - 19)));
    t.same(await idsOf(memory, ids), ids.slice(2));
  });

  t.test('a call whose signature is told again and again takes its room once', async (t) => {
    const again = Array.from({ length: 50 }, () => signature('b', 100));
    t.same(await idsOf(await filled({ mostCharacters: 1000 }, [signature('a'), ...again]), ['a', 'b']), ['a', 'b']);
  });

  t.test('one too large for the room is not kept and drives nothing out', async (t) => {
    const memory = await filled({ mostCharacters: 1000 }, [signature('a'), signature('b', 5000)]);
    t.same(await idsOf(memory, ['a', 'b']), ['a']);
  });

  t.test('who puts in whatever there is room for takes nothing from those who keep to their part', async (t) => {
    for (const bounds of [{ mostEntries: 20 }, { mostCharacters: 20 * 32 }]) {
      const memory = await filled(bounds, []);
      const modest = Array.from({ length: 6 }, (_, at) => `own-call-${100 + at}`);
      const greedy = Array.from({ length: 200 }, (_, at) => `any-call-${100 + at}`);
      for (const [at, id] of greedy.entries()) {
        memory.rememberSignature(signature(id, 8), '198.51.100.7');
        const own = modest[at / 20];
        if (own !== undefined) memory.rememberSignature(signature(own, 8), `2001:db8::${at}`);
      }
      await memory.settled();
      t.same(await idsOf(memory, modest), modest);
      t.same(await idsOf(memory, greedy), greedy.slice(-14), 'the rest of the room is used');
    }
  });

  t.test('whether any answer is remembered is known, whatever was replaced, went or did not fit', async (t) => {
    const answer = (index: number, length = 10): Signature => signature(answerKey(`${index}`, emptyPrint), length);
    const memory = await filled({ mostEntries: 3 }, [signature('a'), signature('b')]);
    const ids = Array.from({ length: 4 }, (_, index) => answer(index).callId);
    const random = seeded(11);
    t.notOk(memory.holdsAnswers());
    for (let step = 0; step < 300; step += 1) {
      const index = Math.floor(random() * 4);
      memory.rememberSignature(random() < 0.3 ? answer(index, random() < 0.2 ? 50_000 : 10) : signature(`call-${index}`), '192.0.2.1');
      await memory.settled();
      if (memory.holdsAnswers() !== (await idsOf(memory, ids)).length > 0) return t.fail(`after ${step} steps`);
    }
  });
};
