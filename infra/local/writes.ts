/** Of an engine that nobody else writes to: who follows its streams asks for more only after a write. */
export interface Writes {
  /** How many there were. */
  readonly count: number;
  /** One was made, or may have been. */
  add(): void;
}

export const countWrites = (): Writes => {
  let count = 0;
  return {
    get count() {
      return count;
    },
    add: () => {
      count += 1;
    },
  };
};
