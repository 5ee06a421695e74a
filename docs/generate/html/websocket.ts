import { socketTopics } from '../guide.ts';
import { type CommandPage, clientFrameFields, commandPages, type EventPage, eventPages } from '../reference.ts';
import { type Html, html, jsonCode, prose } from './markup.ts';
import { entry, errorChips, fieldTable, shapeText, slug } from './parts.ts';

const commandId = (name: string) => slug('command', name);
const eventId = (name: string) => slug('event', name);

const commandArticle = ({ command, data, errors, frame, answerFrame }: CommandPage): Html =>
  entry(
    commandId(command.name),
    html`<code>${command.name}</code>`,
    [
      html`<p>${prose(command.summary)}</p>`,
      shapeText('Data', data),
      html`<h4>Answer <a class="type" href="#${eventId(command.answer)}">${command.answer}</a></h4>`,
      errorChips(errors),
    ],
    [jsonCode(frame, 'You send'), jsonCode(answerFrame, 'You are answered')],
  );

const eventArticle = ({ event, data, frame }: EventPage): Html =>
  entry(
    eventId(event.name),
    html`<code>${event.name}</code>`,
    [html`<p>${prose(event.summary)}</p>`, shapeText('Data', data)],
    [jsonCode(frame, 'You receive')],
  );

export const websocketSections = (): Html[] => [
  html`
<section id="websocket">
<h2>WebSocket</h2>
<dl class="topics">${socketTopics.map(({ title, text }) => html`<div><dt>${title}</dt><dd>${prose(text)}</dd></div>`)}</dl>
<h4>Every frame of a client</h4>${fieldTable(clientFrameFields)}
</section>`,
  html`
<section id="commands">
<h2>Commands</h2>
<p class="lead">What a client may say.</p>${commandPages.map(commandArticle)}
</section>`,
  html`
<section id="events">
<h2>Events</h2>
<p class="lead">What the server says.</p>${eventPages.map(eventArticle)}
</section>`,
];

export const websocketNavigation = (): Html => html`
<li><a href="#websocket">Connecting</a></li>
<li><a href="#commands">Commands</a><ul>${commandPages.map(
  ({ command }) => html`<li><a href="#${commandId(command.name)}">${command.name}</a></li>`,
)}</ul></li>
<li><a href="#events">Events</a><ul>${eventPages.map(
  ({ event }) => html`<li><a href="#${eventId(event.name)}">${event.name}</a></li>`,
)}</ul></li>`;
