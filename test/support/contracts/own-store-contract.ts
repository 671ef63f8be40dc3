import type { Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { NamedImage, OwnStore } from '../../../src/adapters/images/image-store.ts';
import { bytesOf, named, oddNames, pictureOf } from '../pictures.ts';

/** Bounds of a store under test; bytes. */
export type StoreBounds = { readonly mostImages: number; readonly mostBytes: number };

/** `settled` resolves when the store is within its bounds. */
export type StoreUnderTest = OwnStore & { readonly settled: () => Promise<void> };

export type MakeStore = (bounds: StoreBounds) => StoreUnderTest;

const roomy: StoreBounds = { mostImages: 100, mostBytes: 10_000_000 };

/** What every store that this service serves from keeps to, wherever it keeps the pictures. */
export const ownStoreContract = (t: Test, make: MakeStore): void => {
  const filled = async (bounds: Partial<StoreBounds>, images: readonly NamedImage[]): Promise<StoreUnderTest> => {
    const store = make({ ...roomy, ...bounds });
    for (const image of images) if (E.isLeft(await store.put(image)())) throw new Error('a picture was refused');
    await store.settled();
    return store;
  };
  const missing = async (store: OwnStore, images: readonly NamedImage[]): Promise<readonly number[]> => {
    const found = await Promise.all(images.map(({ name }) => store.find(name)));
    return found.flatMap((each, at) => (each === null ? [at] : []));
  };

  t.test('a picture of each type is found again, byte for byte', async (t) => {
    for (const [kind, mimeType] of [['png', 'image/png'], ['jpg', 'image/jpeg'], ['gif', 'image/gif'], ['webp', 'image/webp']] as const) {
      const image = named(0, { bytes: pictureOf(300_000, kind) });
      const store = await filled({}, [image]);
      const found = await store.find(image.name);
      t.equal(found?.mimeType, mimeType);
      t.equal(found?.size, 300_000);
      t.ok((await bytesOf(found)).equals(image.bytes));
    }
  });

  t.test('parts of a picture are read alone', async (t) => {
    const image = named(300_000);
    const store = await filled({}, [image]);
    for (const [start, end] of [[0, 0], [0, 299_999], [1, 131_072], [131_071, 131_073], [299_999, 299_999]] as const) {
      const part = await bytesOf(await store.find(image.name), { start, end });
      t.ok(part.equals(Buffer.from(image.bytes).subarray(start, end + 1)), `${start}-${end}`);
    }
  });

  t.test('the ETag is strong, and each picture has its own', async (t) => {
    const images = [named(), named()];
    const store = await filled({}, images);
    const tags = await Promise.all(images.map(async ({ name }) => (await store.find(name))?.etag));
    for (const tag of tags) t.match(tag, /^"[0-9a-f]{32}-40"$/);
    t.not(tags[0], tags[1]);
    t.equal((await store.find(images[0]?.name ?? ''))?.etag, tags[0]);
  });

  t.test('a signature comes back with its picture, and none where none came', async (t) => {
    const signature = { value: 'c2lnbmF0dXJl', keyId: 'feedfeedfeed' };
    const images = [named(64, { signature }), named()];
    const store = await filled({}, images);
    t.same(await store.signatureOf(images[0]?.name ?? ''), signature);
    t.equal(await store.signatureOf(images[1]?.name ?? ''), null);
    t.equal(await store.signatureOf(named().name), null);
  });

  t.test('what is not a name of ours is neither kept nor found', async (t) => {
    const image = named(64, { signature: { value: 'a', keyId: 'b' } });
    const store = await filled({}, [image]);
    t.equal(await store.find(named().name), null);
    for (const name of oddNames(image.name)) {
      t.equal(await store.find(name), null, JSON.stringify(name));
      t.equal(await store.signatureOf(name), null);
      t.ok(E.isLeft(await store.put({ ...image, name })()));
    }
  });

  t.test('past so many pictures the oldest go', async (t) => {
    const images = Array.from({ length: 5 }, (_, each) => named(64, { at: each * 1000 }));
    t.same(await missing(await filled({ mostImages: 3 }, images), images), [0, 1]);
  });

  t.test('past so many bytes the oldest go', async (t) => {
    const images = Array.from({ length: 5 }, (_, each) => named(1000, { at: each * 1000 }));
    t.same(await missing(await filled({ mostBytes: 3200 }, images), images), [0, 1]);
  });

  t.test('a signature takes room too', async (t) => {
    const signature = { value: 's'.repeat(1000), keyId: 'k' };
    const images = Array.from({ length: 3 }, (_, each) => named(1000, { at: each * 1000, signature }));
    const store = await filled({ mostBytes: 5000 }, images);
    t.same(await missing(store, images), [0]);
    t.equal(await store.signatureOf(images[0]?.name ?? ''), null, 'it goes with its picture');
  });

  t.test('a picture larger than all the room is a fault in words, and drives nothing out', async (t) => {
    const small = named();
    const store = await filled({ mostBytes: 1000 }, [small]);
    const put = await store.put(named(1001))();
    t.match(E.isLeft(put) ? put.left.reason : '', /^The picture is larger than [A-Z_]+\.$/);
    await store.settled();
    t.same(await missing(store, [small]), []);
  });

  t.test('who draws whatever there is room for takes no picture from another', async (t) => {
    for (const bounds of [{ mostImages: 20 }, { mostBytes: 20_000 }]) {
      const own = [1, 2, 3, 4].map((at) => named(1000, { at: at * 30_000 }));
      const any = Array.from({ length: 100 }, (_, at) => named(1000, { at: at * 1000, address: '198.51.100.7' }));
      const [rest, last] = [any.slice(0, -1), any.slice(-1)];
      const store = await filled(bounds, [...own.slice(0, 2), ...rest, ...own.slice(2), ...last]);
      t.same(await missing(store, [...own, ...last]), []);
      t.ok((await missing(store, any)).length <= 86, 'the rest of the room is used');
    }
  });
};
