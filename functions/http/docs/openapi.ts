/** `GET /api/openapi.json`: the generated document, with the server that it was asked from as its server. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import document from '../../../docs/reference/openapi.json' with { type: 'json' };
import { answerUnchanging } from '../../../shared/runtime/unchanging.ts';

/** A stage other than the default one stands before the path. */
const path = '/api/openapi.json';

const plainHost = /^[A-Za-z0-9.-]+(:\d+)?$/;

const serverOf = ({ headers, rawPath, requestContext }: APIGatewayProxyEventV2): string => {
  const { host = '' } = headers;
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  const prefix = rawPath.endsWith(path) ? rawPath.slice(0, -path.length) : '';
  return `${scheme}://${plainHost.test(host) ? host : requestContext.domainName}${prefix}`;
};

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
  answerUnchanging(event, {
    type: 'application/json',
    policy: "default-src 'none'; frame-ancestors 'none'",
    body: JSON.stringify({ ...document, servers: [{ url: serverOf(event) }] }),
  });
