/** How much is going on, as the last request that came found it. */
export type LoadGauge = {
  /** Told with each request that begins how many are at work, itself among them. */
  readonly noteAtWork: (atWork: number) => void;
  /** Whether next to nobody waits beside whoever asks. */
  readonly isQuiet: () => boolean;
};

const mostWhenQuiet = 2;

/** A gauge that has seen nothing. */
export const loadGauge = (): LoadGauge => {
  let last = 0;
  return {
    noteAtWork: (atWork) => {
      last = atWork;
    },
    isQuiet: () => last <= mostWhenQuiet,
  };
};
