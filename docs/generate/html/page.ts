/** The reference as one page that needs nothing else: no script, no other file, no other origin. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import project from '../../../package.json' with { type: 'json' };
import { httpTopics, introduction } from '../guide.ts';
import { httpNavigation, httpSections } from './http.ts';
import { type Html, html, prose } from './markup.ts';
import { errorsSection, permissionsSection, typesSection } from './tables.ts';
import { websocketNavigation, websocketSections } from './websocket.ts';

const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M2 3h12v8H7l-3 3v-3H2z' fill='%234f5bd5'/></svg>";

const navigation = (): Html => html`
<nav id="menu" aria-label="Contents">
<p class="brand"><a href="#top">Parley</a> <small>${project.version}</small></p>
<ul>
<li><a href="#top">Introduction</a></li>
</ul>
<h2>HTTP</h2>
<ul>${httpNavigation()}
</ul>
<h2>WebSocket</h2>
<ul>${websocketNavigation()}
</ul>
<h2>Reference</h2>
<ul>
<li><a href="#types">Types</a></li>
<li><a href="#errors">Errors</a></li>
<li><a href="#permissions">Permissions</a></li>
</ul>
</nav>`;

const opening = (): Html => html`
<section id="top">
<h1>Parley API</h1>
<p class="lead">${introduction}</p>
<p>For machines: <a href="openapi.json">openapi.json</a>, an OpenAPI 3.1 document.</p>
<dl class="topics">${httpTopics.map(({ title, text }) => html`<div><dt>${title}</dt><dd>${prose(text)}</dd></div>`)}</dl>
</section>`;

const style = readFileSync(new URL('style.css', import.meta.url), 'utf8');

const wholePage = (): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Parley API</title>
<link rel="icon" href="${icon}">
<style>${{ html: style }}</style>
</head>
<body>
<a class="skip" href="#top">Skip to the text</a>
<header><a href="#top">Parley API</a><a href="#menu">Contents</a></header>${navigation()}
<main>${opening()}${httpSections()}${websocketSections()}${typesSection()}${errorsSection()}${permissionsSection()}
</main>
</body>
</html>
`;

/** By lines, so that a change shows as one; and with the hash by which a content security policy knows the style. */
export const htmlPage = () => ({
  styleHash: `sha256-${createHash('sha256').update(style).digest('base64')}`,
  lines: wholePage().html.split('\n'),
});
