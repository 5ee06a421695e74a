/** What holds for every route and frame, said once. Text is plain but for inline code. */

export interface Topic {
  title: string;
  text: string;
}

export const introduction =
  'Parley is a chat backend. Clients talk to it over a WebSocket and an HTTP API; both carry the same resources and the same errors.';

export const httpTopics: readonly Topic[] = [
  {
    title: 'Tokens',
    text: "Send `Authorization: Bearer <token>`: a JWT of an issuer that your tenant trusts. Its `sub` is the user, its roles decide what the user may do. Where a route says service, it wants a token with the role `service`: the host's own backend.",
  },
  {
    title: 'Lists',
    text: 'A list is answered page by page: `limit` says how many at most, and `cursor` takes the `nextCursor` of the page before. A cursor is opaque and belongs to the list that gave it.',
  },
  {
    title: 'Errors',
    text: 'Errors are problem documents (RFC 9457, `application/problem+json`). Tell them apart by `code`, which never changes its meaning. What you may not see is answered as if it did not exist. What API Gateway answers itself, before or instead of Parley, is `{"message"}` in its own words: 401 without a token, 403 with one that is not good, 404 for a path that is no route, 413 above 10 MB, 429 above the throttle of the whole stage, 500 and 503 when something fails outright or takes longer than 29 s.',
  },
  {
    title: 'Mentions',
    text: 'A message mentions the members whom its content names: `@ada`, where the name is made of letters, digits, `_`, `.` and `-` and neither begins inside a word, an e-mail address or a path nor follows a backslash; or `<@any id>` for ids with other characters. A full stop at the end belongs to the sentence, unless a member is called so. The first 20 names count, whose ids take at most 1 KB together. In `text/markdown`, names in code spans and fenced blocks are passed over.',
  },
  {
    title: 'Changes',
    text: 'Requests are strict: an unknown field of a body or a query is an error. Answers may gain fields, so read past those that you do not know.',
  },
];

export const socketTopics: readonly Topic[] = [
  {
    title: 'Connecting',
    text: 'Open a WebSocket with `?ticket=`, a single-use ticket of `POST /api/ws-tickets`, or with `?token=`. From then on you receive the events of all your conversations. The gateway closes a connection after two hours, or ten minutes without a frame.',
  },
  {
    title: 'Frames',
    text: 'A frame is a JSON object in a text message, of at most 128 KB. API Gateway takes it in WebSocket frames of at most 32 KB each and closes a connection that sends a larger one (1009); browsers send a message as one frame, so a longer text goes over HTTP. `event` names the command or event, `data` holds what it is about. An `id` of your choice is repeated by the answer. `traceparent` (W3C) is optional.',
  },
  {
    title: 'Delivery',
    text: 'Events arrive at least once, and mostly in the order of their numbers: sort by `seq`, never by arrival. Drop those you have by `(conversationId, seq, rev)`. A number of `seq` that is missing tells of a message that you have not seen: fetch it from the history. Frames carry messages alone; what a read shows beside one, such as its thread, has events of its own.',
  },
  {
    title: 'Receipts',
    text: 'How far somebody has received and read is a number that only ever rises: keep the greatest you hear of. Whoever posted a number has read up to it, which no event tells. Take a `receipt.count` for the one before only if its `version` is greater.',
  },
  {
    title: 'Presence and typing',
    text: 'Send `presence.heartbeat` every 15 seconds while somebody looks at the app, every few minutes while it is hidden, and at once when that changes. You hear `presence.update` of those with whom you share a conversation; what was so before you connected, fetch. Typing and presence are posted once and never again: after a lost connection, forget what you held of them and fetch it anew.',
  },
  {
    title: 'Failing',
    text: 'A command that fails is answered with an `error` frame that carries its `id`. The codes are those of HTTP.',
  },
];

export const accessMeaning = {
  public: 'Anybody',
  token: 'Any valid token',
  service: 'A service token',
} as const;
