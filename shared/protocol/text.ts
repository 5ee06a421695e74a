/** What text may hold, wherever it comes in. */
import * as z from 'zod';

let segmenter: Intl.Segmenter | undefined;

/** What people take for characters, one after the other. */
export const graphemesOf = (text: string): Intl.Segments => {
  // Made when it is needed: its rules take as long to load as a small function.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
};

/** Length as people count it: a family emoji or an accented letter is one, however many code points it takes. */
export const characterCount = (text: string): number => {
  let count = 0;
  for (const _ of graphemesOf(text)) count += 1;
  return count;
};

/** C0 and C1 controls but tab, line feed and carriage return; deletion; and the bidirectional overrides that disguise text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u;
const lineBreaks = /[\t\r\n\u2028\u2029]/u;

export const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength;

interface TextRule {
  /** In characters as people count them. */
  max: number;
  min?: number;
  /** In UTF-8 bytes; what a character may hold has no bound of its own, so its bytes have. */
  maxBytes?: number;
  multiline?: boolean;
}

/** Text without control characters or lone surrogates, at most `max` characters as people count them. What is wrong with it first is told. */
export const text = ({ max, min = 1, maxBytes = max * 16, multiline = false }: TextRule) =>
  z
    .string()
    .check(
      // Before anything that takes longer the longer the text is.
      rule((value) => byteLength(value) <= maxBytes, `must be at most ${maxBytes} bytes of UTF-8`),
      rule((value) => value.isWellFormed(), 'must not hold a lone surrogate'),
      rule((value) => !forbidden.test(value), 'must not hold control characters'),
      rule((value) => multiline || !lineBreaks.test(value), 'must be a single line'),
      rule(
        (value) => value.trim().length >= min,
        min === 1 ? 'must not be empty' : `must hold ${min} characters or more`,
      ),
      rule((value) => value.length <= max || characterCount(value) <= max, `must be at most ${max} characters`),
    )
    .meta({
      description: `Text of ${min} to ${max} characters as people count them (grapheme clusters).`,
      maxLength: maxBytes,
    });

const rule = (holds: (value: string) => boolean, error: string) => z.refine<string>(holds, { error, abort: true });
