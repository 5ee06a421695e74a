import type { DigestText } from './notification-texts.ts';

export interface Mail {
  subject: string;
  text: string;
  html: string;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** The digest as an e-mail, for those who read HTML and for those who do not. What users wrote is text in both. */
export const mailOf = ({ language, subject, conversations, open, whyThis }: DigestText): Mail => ({
  subject,
  text: [
    ...conversations.map(({ title, unread, quote, link }) =>
      [
        `${title} (${unread})`,
        ...(quote === null ? [] : [indented(quote)]),
        ...(link === null ? [] : [`  ${link}`]),
      ].join('\n'),
    ),
    whyThis,
  ].join('\n\n'),
  html: [
    `<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    '<body style="font-family:sans-serif;line-height:1.5;color:#1a1a1a;max-width:36em;margin:auto;padding:1em">',
    `<h1 style="font-size:1.25em">${escaped(subject)}</h1>`,
    ...conversations.map(
      ({ title, unread, quote, link }) =>
        `<h2 style="font-size:1em;margin-bottom:0">${escaped(title)}</h2><p style="margin-top:0">${escaped(unread)}${
          quote === null ? '' : `<br><q>${escaped(quote)}</q>`
        }${link === null ? '' : `<br><a href="${escaped(link)}">${escaped(open)}</a>`}</p>`,
    ),
    `<p style="font-size:0.85em;color:#595959">${escaped(whyThis)}</p></body></html>`,
  ].join('\n'),
});

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
