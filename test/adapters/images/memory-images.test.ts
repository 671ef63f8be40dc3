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

t.test('who draws whatever there is room for takes no picture from another', async (t) => {
  for (const bounds of [{ mostImages: 10, mostBytes: 1_000_000 }, { mostImages: 1000, mostBytes: 10_000 }]) {
    const store = memoryImages(bounds);
    const own = [named(1000), named(1000)];
    for (const image of own) await store.put(image)();
    for (let times = 0; times < 100; times += 1) await store.put(named(1000, { address: '198.51.100.7' }))();
    for (const { name } of own) t.not(await store.find(name), null);
  }
});
