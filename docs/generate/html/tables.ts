/** Types, errors and permissions: what the routes and frames refer to. */
import { permissions, standings } from '../../../shared/domain/permissions.ts';
import { errorCatalogue } from '../../../shared/protocol/errors.ts';
import { errorsByStatus, problemExample } from '../problem.ts';
import { type TypePage, typePages } from '../reference.ts';
import { type Html, html, jsonCode, nothing, prose } from './markup.ts';
import { entry, fieldTable, slug, typeText } from './parts.ts';

const typeArticle = ({ name, description, type, fields, example }: TypePage): Html =>
  entry(
    slug('type', name),
    html`<code>${name}</code>`,
    [
      description ? html`<p>${prose(description)}</p>` : nothing,
      fields.length > 0 ? fieldTable(fields) : html`<p>${typeText(type)}</p>`,
    ],
    [example === undefined ? nothing : jsonCode(example, name)],
  );

export const typesSection = (): Html => html`
<section id="types">
<h2>Types</h2>
<p class="lead">Times are ISO 8601 in UTC.</p>${typePages.map(typeArticle)}
</section>`;

export const errorsSection = (): Html => {
  const rows = errorsByStatus.map((code) => {
    const { status, title, advice, retry } = errorCatalogue[code];
    return html`
<tr id="${slug('error', code)}"><td>${status}</td><th scope="row"><code>${code}</code></th><td>${title}.<p>${prose(advice)}</p></td><td>${
      retry ? 'as it is' : html`<span class="no">no</span>`
    }</td></tr>`;
  });
  return html`
<section id="errors">
<h2>Errors</h2>
<p class="lead">One catalogue for HTTP and sockets. A code is never renamed and never changes its meaning.</p>
<div class="columns"><div class="told">
<div class="wide"><table class="grid"><thead><tr><th>Status</th><th>Code</th><th>Meaning</th><th>Retry</th></tr></thead><tbody>${rows}
</tbody></table></div>
</div><div class="shown">${jsonCode(problemExample('invalid_request'), 'A problem document')}${jsonCode(
    problemExample('rate_limited'),
    'One that says when to try again',
  )}</div></div>
</section>`;
};

export const permissionsSection = (): Html => {
  const rows = Object.entries(permissions).map(([action, { meaning, allowed }]) => {
    const holders: readonly string[] = allowed;
    const cells = standings.map((standing) =>
      holders.includes(standing) ? html`<td>yes</td>` : html`<td class="no">–</td>`,
    );
    return html`
<tr><th scope="row">${meaning}<p><code>${action}</code></p></th>${cells}</tr>`;
  });
  return html`
<section id="permissions">
<h2>Permissions</h2>
<p class="lead">What each standing may do in a conversation; one that allows is enough. The first three are roles in the conversation, the others come from the token.</p>
<div class="wide"><table class="grid"><thead><tr><th>To</th>${standings.map(
    (standing) => html`<th scope="col">${standing}</th>`,
  )}</tr></thead><tbody>${rows}
</tbody></table></div>
</section>`;
};
