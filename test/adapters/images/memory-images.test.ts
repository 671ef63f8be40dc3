import t from 'tap';
import { memoryImages } from '../../../src/adapters/images/memory-images.ts';
import { ownStoreContract } from '../../support/contracts/own-store-contract.ts';
import { bytesOf, named } from '../../support/pictures.ts';

ownStoreContract(t, (bounds) => ({ ...memoryImages(bounds), settled: () => Promise.resolve() }));

t.test('a picture that was looked at stays longer', async (t) => {
  const store = memoryImages({ mostImages: 2, mostBytes: 1_000_000 });
  const [first, second, third] = [named(), named(), named()] as const;
  await store.put(first)();
  await store.put(second)();
  await store.find(first.name);
  await store.put(third)();
  t.equal((await bytesOf(await store.find(first.name))).length, 64);
  t.equal(await store.find(second.name), null);
});

t.test('a picture that is put again and again takes its room once', async (t) => {
  const store = memoryImages({ mostImages: 10, mostBytes: 2500 });
  const [first, second] = [named(1000), named(1000)] as const;
  await store.put(first)();
  for (let times = 0; times < 20; times += 1) await store.put(second)();
  t.not(await store.find(first.name), null);
});
