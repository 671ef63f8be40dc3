/** The id of a response, by the letters and digits that are its own. */
export const responseId = (letters: string): string => `resp_${letters}`;

/** The id of an item of its output. It tells the response, by which it is found again. */
export const outputItemId = (prefix: string, letters: string, index: number): string => `${prefix}_${letters}_${index}`;

/** The id of an item of its request that was sent without one. */
export const inputItemId = (prefix: string, letters: string, index: number): string => `${prefix}_${letters}_i${index}`;

const form = /^[a-z]+_([A-Za-z\d]+)_i?\d+$/;

/** The response whose item this must be, if it was named here; null for any other id. */
export const responseOfItem = (item: string): string | null => {
  const letters = form.exec(item)?.[1];
  return letters === undefined ? null : responseId(letters);
};
