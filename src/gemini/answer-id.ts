/** What an answer is remembered by begins so; nobody's call has such an id. */
export const ofAnswers = 'answer:';

/** Tells what an answer is remembered by from the id of a call. */
export const isAnswerId = (id: string): boolean => id.startsWith(ofAnswers);
