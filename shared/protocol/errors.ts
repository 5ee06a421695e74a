/**
 * The one catalogue of errors. HTTP answers them as RFC 9457 problem documents, sockets as `error` frames; docs, the SDK and the
 * tests read it. A code is a promise: it is never renamed and never changes its meaning.
 */

interface CatalogueEntry {
  /** HTTP status; sockets have none. */
  status: number;
  title: string;
  /** What the caller can do about it. */
  advice: string;
  /** Whether the same request may succeed later, unchanged. */
  retry: boolean;
}

export const errorCatalogue = {
  invalid_request: {
    status: 400,
    title: 'The request does not fit its schema',
    advice: 'Read `errors`: each entry names a field and what is wrong with it.',
    retry: false,
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    advice: 'Send JSON in UTF-8.',
    retry: false,
  },
  unknown_event: {
    status: 400,
    title: 'No such event',
    advice: 'Send one of the commands listed in the protocol, as `event`.',
    retry: false,
  },
  unauthenticated: {
    status: 401,
    title: 'No valid token',
    advice: 'Send a token of an issuer that this tenant trusts.',
    retry: false,
  },
  token_expired: {
    status: 401,
    title: 'The token has expired',
    advice: 'Get a new token and connect again.',
    retry: false,
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    advice: 'Your role does not permit this; see the permission table.',
    retry: false,
  },
  not_found: {
    status: 404,
    title: 'Not found',
    advice: 'It does not exist, or you may not see it; the answer is the same for both.',
    retry: false,
  },
  version_conflict: {
    status: 409,
    title: 'Changed by somebody else meanwhile',
    advice: 'Take `current`, apply your change again and send its `version` as `expectedVersion`.',
    retry: false,
  },
  message_deleted: {
    status: 409,
    title: 'The message has been deleted',
    advice: 'A deleted message can no longer be edited, reacted to or pinned.',
    retry: false,
  },
  too_many_reactions: {
    status: 409,
    title: 'The message holds as many reactions as it can',
    advice: 'React with an emoji that is there already, or wait until somebody takes one back.',
    retry: false,
  },
  window_closed: {
    status: 409,
    title: 'Too late to change this message',
    advice:
      'The tenant limits for how long a sender edits or deletes a message; an admin of the conversation can still delete it.',
    retry: false,
  },
  too_many_pins: {
    status: 409,
    title: 'The conversation has as many pins as it may',
    advice: 'Take another pin off first.',
    retry: false,
  },
  last_owner: {
    status: 409,
    title: 'A group needs an owner',
    advice: 'Make somebody else an owner first.',
    retry: false,
  },
  conversation_full: {
    status: 409,
    title: 'The group has reached its size limit',
    advice: 'Remove members first, or raise the limit of the tenant.',
    retry: false,
  },
  direct_conversation: {
    status: 409,
    title: 'Not possible in a direct conversation',
    advice: 'A direct conversation has two members, no title and no roles, and stays.',
    retry: false,
  },
  too_many_blocks: {
    status: 409,
    title: 'You have blocked as many people as one may',
    advice: 'Unblock somebody first.',
    retry: false,
  },
  too_many_devices: {
    status: 409,
    title: 'You have as many devices as one may',
    advice: 'Remove a device that is no longer used first.',
    retry: false,
  },
  too_many_webhooks: {
    status: 409,
    title: 'The tenant has as many webhooks as it may',
    advice: 'Remove one first, or let one endpoint take more types of events.',
    retry: false,
  },
  webhook_disabled: {
    status: 409,
    title: 'The webhook is disabled',
    advice: 'Mend what it leads to, and enable it with `PATCH /api/webhooks/{webhookId}`.',
    retry: false,
  },
  event_expired: {
    status: 409,
    title: 'What the event told is not kept any more',
    advice: 'Read from the API what you need to know: events are kept for 30 days, and no longer than messages are.',
    retry: false,
  },
  payload_too_large: {
    status: 413,
    title: 'Too large',
    advice: 'Send less at once.',
    retry: false,
  },
  message_refused: {
    status: 422,
    title: 'The tenant does not want this message',
    advice: 'Tell its sender the `detail`. Corrected, it may be sent with the same `clientMessageId`.',
    retry: false,
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait `retryAfter` seconds.',
    retry: true,
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Try again; a send with the same `clientMessageId` is stored once.',
    retry: true,
  },
  hook_unavailable: {
    status: 503,
    title: 'Nobody could say whether the tenant wants this message',
    advice: 'Try again with backoff.',
    retry: true,
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    advice: 'Try again with backoff.',
    retry: true,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

/** One field that does not fit; `path` is a JSON path such as `attachments.0.label`. */
export interface FieldError {
  path: string;
  message: string;
}

interface ProblemDetails {
  /** A sentence for the developer who reads it; never holds content, tokens or other people's data. */
  detail?: string;
  errors?: FieldError[];
  /** Seconds to wait before trying again. */
  retryAfter?: number;
  /** The state that stood in the way, where the caller may see it. */
  current?: unknown;
}

/** The one error that callers get to see. Everything else that is thrown is shown as `internal`. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly details: ProblemDetails;

  constructor(code: ErrorCode, details: ProblemDetails = {}) {
    super(details.detail ?? errorCatalogue[code].title);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
