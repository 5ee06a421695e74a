/** Answers with a document that changes only with a deployment: cached for a while, then asked for by its tag. */
import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

interface Document {
  type: string;
  /** What the document may load and where it may be shown, as a content security policy. */
  policy: string;
  body: string;
}

/** Long enough to read on without asking again, short enough for a deployment to show. */
const maxAgeSeconds = 300;

const tagOf = (body: string) => `"${createHash('sha256').update(body).digest('base64url')}"`;

/** As RFC 9110 compares them here: weakly. A proxy that compresses makes a tag weak. */
const hasTag = (header: string | undefined, tag: string) =>
  (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag || one.trim() === '*');

export const answerUnchanging = (
  { headers }: Pick<APIGatewayProxyEventV2, 'headers'>,
  { type, policy, body }: Document,
): APIGatewayProxyStructuredResultV2 => {
  const tag = tagOf(body);
  const caching = { etag: tag, 'cache-control': `public, max-age=${maxAgeSeconds}` };
  if (hasTag(headers['if-none-match'], tag)) return { statusCode: 304, headers: caching };
  return {
    statusCode: 200,
    headers: {
      ...caching,
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
    body,
  };
};
