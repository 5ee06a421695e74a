/** HTML by template: whatever is put into one is escaped, unless it is HTML itself. */

export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

const written = (part: Part): string => {
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map(written).join('');
};

export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: texts.map((text, at) => text + written(parts[at] ?? '')).join(''),
});

export const nothing: Html = { html: '' };

/** Our texts know one piece of markup: code between backticks. */
export const prose = (text: string): Html => ({
  html: text
    .split('`')
    .map((piece, at) => (at % 2 === 1 ? `<code>${escaped(piece)}</code>` : escaped(piece)))
    .join(''),
});

const jsonToken = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?/g;

const tokenClass = (token: string, isText: boolean, isKey: boolean) => {
  if (isKey) return 'k';
  if (isText) return 's';
  return /\d/.test(token) ? 'n' : 'w';
};

/** JSON with its keys, strings, numbers and words told apart. */
export const jsonCode = (value: unknown, label: string): Html => {
  const source = JSON.stringify(value, null, 2);
  let end = 0;
  let body = '';
  for (const match of source.matchAll(jsonToken)) {
    const [whole, text, colon = ''] = match;
    const token = text ?? whole;
    body += escaped(source.slice(end, match.index));
    body += `<span class="${tokenClass(token, text !== undefined, colon !== '')}">${escaped(token)}</span>${colon}`;
    end = match.index + whole.length;
  }
  const code: Html = { html: body + escaped(source.slice(end)) };
  return html`<figure><figcaption>${label}</figcaption><pre tabindex="0"><code>${code}</code></pre></figure>`;
};
