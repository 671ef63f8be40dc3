/**
 * A pure function of an object that makes its result once for each, as long as the object lives. What comes again from
 * request to request (kept tools, a family's traits) is worked on once.
 */
export const oncePer = <K extends object, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
};

const mostTexts = 256;
const longestText = 256;

/**
 * A pure function of a text that remembers what it gave for a few hundred short ones, and then begins anew: who sends
 * ever new texts makes it no slower than it is by itself.
 */
export const perText = <V>(make: (text: string) => V): ((text: string) => V) => {
  const made = new Map<string, { readonly value: V }>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known.value;
    const value = make(text);
    if (text.length > longestText) return value;
    if (made.size >= mostTexts) made.clear();
    made.set(text, { value });
    return value;
  };
};
