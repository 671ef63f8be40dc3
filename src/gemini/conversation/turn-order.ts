import type { Content } from '../request.ts';

const hasResults = (content: Content): boolean => content.parts.some((part) => part.functionResponse !== undefined);

type Run = { readonly role: Content['role']; readonly takesMore: boolean; readonly contents: Content[] };

/** Turns of one role in a row become one, their parts as they are; results of functions stay by themselves. */
const joinTurns = (contents: readonly Content[]): readonly Content[] => {
  if (contents.every(({ role }, at) => at === 0 || role !== contents[at - 1]?.role)) return contents;
  const runs: Run[] = [];
  for (const next of contents) {
    const run = runs.at(-1);
    const takesMore = !hasResults(next);
    if (run !== undefined && run.role === next.role && run.takesMore && takesMore) run.contents.push(next);
    else runs.push({ role: next.role, takesMore, contents: [next] });
  }
  return runs.flatMap(({ role, contents: own }) =>
    own.length === 1 ? own : [{ role, parts: own.flatMap(({ parts }) => parts) }],
  );
};

/** A conversation must begin with the user ("function call turn comes immediately after a user turn"). */
const beginWithUser = (contents: readonly Content[]): readonly Content[] =>
  contents[0]?.role === 'model' ? [{ role: 'user', parts: [{ text: ' ' }] }, ...contents] : contents;

/** From 3.5-flash-lite and 3.6 on a conversation that ends with the model is refused: ask it to go on. */
const endWithUser = (contents: readonly Content[], prefill: boolean): readonly Content[] =>
  contents.at(-1)?.role === 'model' && !prefill
    ? [...contents, { role: 'user', parts: [{ text: 'Continue.' }] }]
    : contents;

/** Turns in an order that Gemini takes; `prefill` tells whether the model may be left to go on with its own words. */
export const orderTurns = (contents: readonly Content[], prefill: boolean): readonly Content[] =>
  endWithUser(beginWithUser(joinTurns(contents)), prefill);
