import { accessMeaning } from '../guide.ts';
import { type RoutePage, resourcePages } from '../reference.ts';
import { type Html, html, jsonCode, nothing, prose } from './markup.ts';
import { entry, errorChips, fieldTable, shapeText, slug } from './parts.ts';

const verb = (method: string): Html => html`<b class="verb ${method.toLowerCase()}">${method}</b>`;

/** A line may break after a slash. */
const pathText = (path: string): Html => html`<code>${path.split(/(?<=\/)/).map((part) => html`${part}<wbr>`)}</code>`;

const parametersText = (place: 'path' | 'query', { parameters }: RoutePage): Html => {
  const fields = parameters.filter((one) => one.place === place);
  return fields.length === 0 ? nothing : html`<h4>${place === 'path' ? 'Path' : 'Query'}</h4>${fieldTable(fields)}`;
};

const routeArticle = (page: RoutePage): Html => {
  const { route, body, answer, errors } = page;
  const [main, ...twins] = route.paths;
  return entry(
    slug('route', route.name),
    html`${verb(route.method)} ${pathText(main)}`,
    [
      html`<p>${prose(route.summary)}</p>`,
      html`<p class="access">${accessMeaning[route.access]}${twins.map(
        (twin) => html` · also as ${pathText(twin)}`,
      )}</p>`,
      parametersText('path', page),
      parametersText('query', page),
      body ? shapeText('Body', body) : nothing,
      answer ? shapeText(`Answer ${route.status}`, answer) : html`<h4>Answer ${route.status}</h4>`,
      errorChips(errors),
    ],
    [
      body ? jsonCode(body.example, 'Body') : nothing,
      answer ? jsonCode(answer.example, `Answer ${route.status}`) : nothing,
    ],
  );
};

export const httpSections = (): Html[] =>
  resourcePages.map(
    ({ name, title, description, pages }) => html`
<section id="${slug('resource', name)}">
<h2>${title}</h2>
<p class="lead">${prose(description)}</p>${pages.map(routeArticle)}
</section>`,
  );

const actionOf = (name: string) => name.slice(name.indexOf('/') + 1).replaceAll('-', ' ');

export const httpNavigation = (): Html =>
  html`${resourcePages.map(
    ({ name, title, pages }) => html`
<li><a href="#${slug('resource', name)}">${title}</a><ul>${pages.map(
      ({ route }) =>
        html`<li><a href="#${slug('route', route.name)}">${actionOf(route.name)} ${verb(route.method)}</a></li>`,
    )}</ul></li>`,
  )}`;
