/** What looks like a Google API key in a text: the old form, and the new one that begins with `AQ.`. */
export const keyPattern = /AIza[\w.-]+|\bAQ\.[\w.-]+/g;

/** Every text that `keyPattern` finds begins with one of these. */
export const keyBeginnings: readonly string[] = ['AIza', 'AQ.'];
