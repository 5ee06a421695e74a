/** A mistake of whoever runs the stack. Its message is the whole report: it names what is wrong and, where it can, the cure. */
export class Mistake extends Error {}

/** Ends the process with the sentence of a `Mistake`; anything else is a fault of ours and keeps its stack. */
export const endWith = (error: unknown): never => {
  console.error(error instanceof Mistake ? error.message : error);
  process.exit(1);
};
