import { seeded } from '../random.ts';
import type { Step } from './steps.ts';

/** Where the bytes of a body are cut into separate writes: at these offsets, or at random ones of a seed. */
export type Cuts = readonly number[] | { readonly seed: number; readonly most: number };

const isExplicit = (cuts: Cuts): cuts is readonly number[] => Array.isArray(cuts);

const borders = (cuts: Cuts, total: number): readonly number[] => {
  if (isExplicit(cuts)) return cuts;
  const random = seeded(cuts.seed);
  const offsets: number[] = [];
  for (let at = 0; at < total; at += 1 + Math.floor(random() * cuts.most)) offsets.push(at);
  return offsets;
};

const size = (step: Step): number => (step.do === 'write' ? step.bytes.length : 0);

const cutOne = (step: Extract<Step, { readonly do: 'write' }>, offsets: readonly number[]): readonly Step[] => {
  const ends = [...offsets, step.bytes.length];
  return ends.map((end, index) => ({
    do: 'write',
    bytes: step.bytes.subarray(ends[index - 1] ?? 0, end),
    frame: step.frame && index === ends.length - 1,
  }));
};

/** The same steps with the body written in more pieces; offsets count from the body's first byte. */
export const cutSteps = (steps: readonly Step[], cuts: Cuts | undefined): readonly Step[] => {
  if (cuts === undefined) return steps;
  const offsets = borders(cuts, steps.reduce((sum, step) => sum + size(step), 0));
  let start = 0;
  return steps.flatMap((step) => {
    if (step.do !== 'write') return [step];
    const inside = offsets.map((offset) => offset - start).filter((offset) => offset > 0 && offset < step.bytes.length);
    start += step.bytes.length;
    return cutOne(step, inside);
  });
};
