/**
 * Markdown without what stands in code: fenced blocks, and spans between backticks. Code that is only indented, or fenced inside a
 * quotation or a list, is taken for text: telling it from a continued paragraph takes a whole parser.
 */
export const withoutCode = (markdown: string): string => paragraphsOf(markdown).map(withoutSpans).join('\n');

const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;

/** The text between fenced blocks, cut at blank lines: no span reaches beyond one. */
const paragraphsOf = (markdown: string): string[] => {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  let opened: string | undefined;
  const end = () => {
    paragraphs.push(lines.join('\n'));
    lines = [];
  };
  for (const line of markdown.split(/\r\n|\r|\n/)) {
    const [, mark] = fence.exec(line) ?? [];
    if (opened !== undefined) {
      const closes = mark?.startsWith(opened) && line.trim() === mark;
      if (closes) opened = undefined;
    } else if (mark !== undefined) {
      end();
      opened = mark;
    } else if (line.trim() === '') end();
    else lines.push(line);
  }
  end();
  return paragraphs;
};

/** A run of backticks opens a span that the next run of the same length closes; without one, it is text. Each is looked at once. */
const withoutSpans = (paragraph: string): string => {
  let text = '';
  let from = 0;
  for (const { index, closing } of runsOf(paragraph)) {
    if (index < from || !closing || isEscaped(paragraph, index)) continue;
    text += `${paragraph.slice(from, index)} `;
    from = closing.index + closing.length;
  }
  return text + paragraph.slice(from);
};

interface Run {
  index: number;
  length: number;
  /** The next of the same length. */
  closing: Run | undefined;
}

const runsOf = (paragraph: string): Run[] => {
  const next = new Map<number, Run>();
  const runs: Run[] = [];
  for (const { 0: ticks, index } of [...paragraph.matchAll(/`+/g)].reverse()) {
    const run = { index, length: ticks.length, closing: next.get(ticks.length) };
    next.set(run.length, run);
    runs.push(run);
  }
  return runs.reverse();
};

const isEscaped = (text: string, index: number): boolean => {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
};
