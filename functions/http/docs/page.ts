/** `GET /api/docs`: the reference as one page without scripts, other files or other origins. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import page from '../../../docs/reference/page.json' with { type: 'json' };
import { answerUnchanging } from '../../../shared/runtime/unchanging.ts';

const policy = [
  "default-src 'none'",
  `style-src '${page.styleHash}'`,
  // The icon.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const body = page.lines.join('\n');

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
  answerUnchanging(event, { type: 'text/html; charset=utf-8', policy, body });
