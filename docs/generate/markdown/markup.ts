/** Markdown's building blocks. */
import type { Field, TypePart } from '../fields.ts';

const notice = '<!-- Printed by `npm run docs` from shared/. Change it there. -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

export const code = (text: string): string => `\`${text}\``;

export const jsonBlock = (value: unknown): string => ['```json', JSON.stringify(value, null, 2), '```'].join('\n');

/** @param parts paragraphs; empty ones are left out */
export const page = (...parts: readonly string[]): string => `${[notice, ...parts].filter(Boolean).join('\n\n')}\n`;

/** Headings of types, commands and events all become such anchors. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

/** @param typesPage where the types are; empty for the page itself */
export const typeText = (parts: readonly TypePart[], typesPage = 'types.md'): string =>
  parts
    .map((part) =>
      typeof part === 'string'
        ? part.replaceAll('<', '&lt;').replaceAll('[]', '\\[\\]')
        : `[${part.named}](${typesPage}#${anchorOf(part.named)})`,
    )
    .join('');

export const fieldTable = (fields: readonly Field[], typesPage?: string): string =>
  table(
    ['field', 'type', 'required', 'meaning'],
    fields.map(({ name, type, required, meaning }) => [
      code(name),
      typeText(type, typesPage),
      required ? 'yes' : 'no',
      meaning,
    ]),
  );

export const errorLink = (errorCode: string): string => `[${code(errorCode)}](errors.md#${errorCode})`;
