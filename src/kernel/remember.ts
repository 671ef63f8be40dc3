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

const kept = new WeakSet<object>();

/** Says of an object that it will come again. */
export const keep = <A extends object>(value: A): A => {
  kept.add(value);
  return value;
};

/** The same object marked as another one is, from which it was made. */
export const keepAs = <A extends object>(value: A, origin: object): A => (kept.has(origin) ? keep(value) : value);

/**
 * The same for a function of objects of which few come again: others are worked on each time. To remember what was
 * made of an object costs a microsecond, with what the collector does for it.
 */
export const oncePerKept = <K extends object, V>(make: (key: K) => V): ((key: K) => V) => {
  const once = oncePer(make);
  return (key) => (kept.has(key) ? once(key) : make(key));
};

const mostTexts = 256;
const longestText = 256;

/**
 * A pure function of a text that remembers what it gave for a few hundred short ones, and then begins anew: who sends
 * ever new texts makes it no slower than it is by itself. `of` is what the text is made of, where it is one that tells
 * all of that.
 */
export const perText = <V, A = void>(make: (text: string, of: A) => V): ((text: string, of: A) => V) => {
  const made = new Map<string, { readonly value: V }>();
  return (text, of) => {
    const known = made.get(text);
    if (known !== undefined) return known.value;
    const value = make(text, of);
    if (text.length > longestText) return value;
    if (made.size >= mostTexts) made.clear();
    made.set(text, { value });
    return value;
  };
};
