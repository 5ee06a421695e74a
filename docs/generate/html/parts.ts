/** The pieces that every section is made of. */
import { type ErrorCode, errorCatalogue } from '../../../shared/protocol/errors.ts';
import type { Field, TypePart } from '../fields.ts';
import type { Shape } from '../reference.ts';
import { type Html, html, nothing, prose } from './markup.ts';

export const slug = (kind: string, name: string): string => `${kind}-${name.replace(/[^A-Za-z0-9_]+/g, '-')}`;

export const typeText = (parts: readonly TypePart[]): Html => {
  const pieces = parts.map((part) =>
    typeof part === 'string' ? part : html`<a href="#${slug('type', part.named)}">${part.named}</a>`,
  );
  return html`<span class="type">${pieces}</span>`;
};

export const fieldTable = (fields: readonly Field[]): Html => {
  const rows = fields.map(
    ({ name, type, required, meaning }) => html`
<tr><th scope="row"><code>${name}</code>${required ? nothing : html` <small>optional</small>`}</th><td>${typeText(type)}${
      meaning ? html`<p>${prose(meaning)}</p>` : nothing
    }</td></tr>`,
  );
  return fields.length === 0
    ? nothing
    : html`<table class="fields"><tbody>${rows}
</tbody></table>`;
};

/** A heading of its own, and either the fields or the name of the type. */
export const shapeText = (title: string, { type, fields }: Shape): Html => {
  const [only, ...more] = type;
  const isPlainObject = only === 'object' || (typeof only === 'string' && only.startsWith('{'));
  return html`<h4>${title}${isPlainObject && more.length === 0 ? nothing : html` ${typeText(type)}`}</h4>${fieldTable(fields)}`;
};

export const errorChips = (codes: readonly ErrorCode[]): Html =>
  html`<h4>Errors</h4><ul class="chips">${codes.map(
    (code) =>
      html`<li><a href="#${slug('error', code)}"><small>${errorCatalogue[code].status}</small> ${code}</a></li>`,
  )}</ul>`;

/** What is said on the left, what it looks like on the right. */
export const entry = (id: string, heading: Html, told: readonly Html[], shown: readonly Html[]): Html => html`
<article id="${id}">
<h3><a class="anchor" href="#${id}">${heading}</a></h3>
<div class="columns"><div class="told">${told}</div><div class="shown">${shown}</div></div>
</article>`;
