/** What a million messages may cost, CloudWatch Logs apart. */
import { type Usage, usdOf, withoutLogs } from './bill.ts';

export interface Goal {
  of: string;
  wanted: number;
  got: number;
  met: boolean;
}

/** @param million what a million of them used */
export const goalOf = (of: string, wanted: number, million: Usage): Goal => {
  const got = usdOf(withoutLogs(million));
  return { of, wanted, got, met: got <= wanted };
};
