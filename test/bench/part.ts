/** What `npm run bench` measures, each by itself. */

export interface Scale {
  /** Fewer and shorter rounds: shows that it runs, not how fast. */
  quick: boolean;
}

export interface Section {
  title: string;
  /** What was measured and how, in a sentence or two. */
  method: string;
  head: string[];
  rows: string[][];
  targets: Target[];
}

export interface Target {
  wanted: string;
  got: string;
  met: boolean;
}

export interface Part<Result = unknown> {
  name: string;
  measure(scale: Scale): Promise<Result>;
  section(result: Result): Section;
}
