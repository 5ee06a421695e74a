import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { IdentityProvider } from './provider.ts';
import { explain } from './token-request.ts';

const longestBody = 16 * 1024;

/** Answers what is below `/identity/`; the provider's documents may be read from any page. */
export function identityRoutes(provider: IdentityProvider) {
  const issuer = provider.issuer;
  const documents: Record<string, () => unknown> = {
    '/.well-known/jwks.json': provider.jwks,
    '/.well-known/openid-configuration': () => ({
      issuer,
      jwks_uri: provider.jwksUri,
      token_endpoint: `${issuer}/token`,
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
    }),
  };

  /** @param path below the issuer, e.g. `/token` */
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const document = documents[path];
    if (request.method === 'OPTIONS') return preflight(response);
    if (document !== undefined && request.method === 'GET') return answer(response, 200, document());
    if (path !== '/token' && document === undefined)
      return answer(response, 404, { message: `Nothing is at ${path}.` });
    if (request.method !== 'POST' || path !== '/token') {
      response.setHeader('allow', path === '/token' ? 'POST' : 'GET');
      return answer(response, 405, { message: `${request.method} is not for ${path}.` });
    }
    try {
      const token = await provider.issueToken(await readJson(request));
      answer(response, 200, { token });
    } catch (error) {
      if (error instanceof z.ZodError) return answer(response, 400, { message: explain(error) });
      if (error instanceof BadRequest) return answer(response, 400, { message: error.message });
      throw error;
    }
  };
}

class BadRequest extends Error {}

/** @returns whatever the JSON says; who asks for the token checks it */
async function readJson(request: IncomingMessage): Promise<never> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) throw new BadRequest(`The body is longer than ${longestBody} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as never;
  } catch {
    throw new BadRequest('The body is not JSON; send for example {"user": "ada"}.');
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    })
    .end(JSON.stringify(body));
}

function preflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
    })
    .end();
}
