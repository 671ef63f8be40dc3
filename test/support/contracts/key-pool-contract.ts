import type { Test } from 'tap';
import { keyChoiceContract } from './key-choice-contract.ts';
import { keyHealthContract } from './key-health-contract.ts';
import { keyQuotaContract } from './key-quota-contract.ts';
import { started, type MakeKeyPool } from './started-key-pool.ts';

/** What every key pool keeps to, wherever its state lives. */
export const keyPoolContract = (t: Test, make: MakeKeyPool): void => {
  const start = started(make);
  keyChoiceContract(t, start);
  keyQuotaContract(t, start);
  keyHealthContract(t, start);
};
