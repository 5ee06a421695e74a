import type { ChatFunction } from '../constructs/chat-function.ts';
import { Mistake } from '../mistake.ts';

type Grant = (fn: ChatFunction) => void;

/** What each function may do, by the name of its route or command. */
export type Grants = Record<string, Grant>;

/** For a function that also holds its tenants' limits, or files something that is forgotten after a while. */
export const limited =
  (grant: Grant): Grant =>
  (fn) => {
    grant(fn);
    fn.grantLimits();
  };

/** For a function that touches nothing. */
export const nothing = (): void => {};

/** @throws Mistake where a function has no line, or a line has no function */
export const applyGrants = (file: string, functions: ReadonlyMap<string, ChatFunction>, grants: Grants): void => {
  for (const name of Object.keys(grants)) {
    if (!functions.has(name)) throw new Mistake(`${file} grants rights to ${name}, which the protocol does not name.`);
  }
  for (const [name, fn] of functions) {
    const grant = grants[name];
    if (grant === undefined) throw new Mistake(`${file} does not say what ${name} may do.`);
    grant(fn);
  }
};
