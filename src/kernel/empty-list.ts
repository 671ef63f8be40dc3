const model: never[] = [];
Reflect.apply(Array.prototype.push, model, [null]);
model.pop();

/**
 * A list with nothing in it yet. V8 takes `[]` for a list of numbers until something else comes in: what it compiled in
 * a thousand requests without any it throws away at the first one with some. This is a list of objects from the start,
 * where that was seen to save functions (1 at the first conversation, 4 at the first list of tools).
 */
export const emptyList = <A>(): A[] => model.slice();
