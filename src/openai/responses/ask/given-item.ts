/** An item as it was sent or kept. */
export type Item = Readonly<Record<string, unknown>>;

/** An item, and the field that holds it. */
export type GivenItem = { readonly item: Item; readonly path: string };

/** True for an item that stands for another one, which is kept here; its type may be missing. */
export const isReference = (item: Item): item is Item & { readonly id: string } =>
  typeof item['id'] === 'string' &&
  (item['type'] === 'item_reference' || (item['type'] == null && item['role'] === undefined));

/** What an item is: a message may leave its type out. */
export const typeOf = ({ type, role }: Item): string | null => {
  if (typeof type === 'string') return type;
  return type == null && role !== undefined ? 'message' : null;
};
