/** What one reacts with: an emoji of Unicode, or a short code that the tenant has defined. */
import * as z from 'zod';

/** Asks for the picture where there is a sign of text as well: ❤ is text until it follows. */
const asEmoji = '\u{FE0F}';

let recommended: RegExp | undefined;

/** Whether it is one of the sequences that Unicode recommends for general interchange: skin tones, families, flags and keycaps included. */
const isRecommended = (text: string): boolean => {
  // biome-ignore lint/complexity/useRegexLiterals: its thousands of sequences are read when it is needed, a literal's with the code
  recommended ??= new RegExp('^\\p{RGI_Emoji}$', 'v');
  return recommended.test(text);
};

const isTextByDefault = /^(?!\p{Emoji_Presentation})\p{Emoji}$/u;
const isSkinTone = /^\p{Emoji_Modifier}$/u;

const shortCodeShape = /^:[a-z0-9_+-]{1,32}:$/;

/**
 * The one spelling of an emoji: fully qualified, as UTS #51 calls it. Keyboards leave the selector out or put one too many in; a code
 * point that is text by default has one, unless a skin tone follows. Other text may come out as anything, and is refused as before.
 */
const qualified = (text: string): string => {
  const points = [...text.normalize('NFC').replaceAll(asEmoji, '')];
  return points
    .map((point, i) => (isTextByDefault.test(point) && !isSkinTone.test(points[i + 1] ?? '') ? point + asEmoji : point))
    .join('');
};

export const isShortCode = (reaction: string): boolean => reaction.startsWith(':');

const spelledAlike = (text: string): string => (isShortCode(text) ? text.toLowerCase() : qualified(text));

/** A tenant defines them in its settings. */
export const shortCode = z.string().regex(shortCodeShape, 'is not a short code such as :party_parrot:');

/** The longest emoji has 35 bytes. Comes out in its one spelling, so that ❤ and ❤️ are the same reaction. */
export const emoji = z
  .string()
  .max(64, { abort: true })
  .overwrite(spelledAlike)
  .refine((text) => isRecommended(text) || shortCodeShape.test(text), {
    error: 'is neither an emoji nor a short code',
    abort: true,
  })
  .meta({
    description:
      'Any emoji that Unicode recommends for general interchange (RGI), in any spelling, or a short code of the tenant such as `:party_parrot:`.',
    examples: ['👍'],
  });
