/** A stage that is deployed somewhere, as the stories see it that run against it. Plain data: it is handed to every worker of the suite. */
import { type Cloud } from '../../infra/local/cloud.ts';
import { createIdentityProvider } from '../../infra/local/identity/provider.ts';
import type { TokenRequestInput } from '../../infra/local/identity/token-request.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the stories run; missing for the local cloud, which each file starts for itself. */
    target: Target;
  }
}

export interface Target {
  url: string;
  webSocketUrl: string;
  tableName: string;
  /** For SDK clients that act as the account's owner. Without an endpoint, whoever runs the suite is logged in to AWS. */
  client: { region?: string; endpoint?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
  /** An issuer whose key is in a file, or an address that answers `POST {user, tenant, roles}` with `{token}`. */
  tokens: { issuer: string; keyFile: string } | { url: string };
}

/** A story asked for what only the local cloud shows. test/conformance/skipped.ts should name it. */
export class NotShown extends Error {}

/**
 * The part of a cloud that every target has.
 * @param quiet resolves when nothing more is heard
 * @throws NotShown from every other part of it
 */
export const remoteCloud = (target: Target, quiet: () => Promise<void>): Cloud => {
  const shown = {
    url: target.url,
    apiUrl: `${target.url}/api`,
    webSocketUrl: target.webSocketUrl,
    tables: [{ name: target.tableName }],
    clientConfig: target.client,
    issueToken: issuing(target),
    settled: quiet,
    stop: async () => undefined,
  };
  return new Proxy(shown, {
    get: (parts, name) => {
      if (name in parts) return parts[name as keyof typeof parts];
      throw new NotShown(`Only the local cloud has \`${String(name)}\`: name this story in test/conformance/skipped.ts.`);
    },
  }) as unknown as Cloud;
};

const issuing = ({ tokens }: Target): Cloud['issueToken'] => {
  if ('keyFile' in tokens) {
    const provider = createIdentityProvider(tokens);
    return async (request) => (await provider).issueToken(request);
  }
  return async (request: TokenRequestInput) => {
    const answer = await fetch(tokens.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!answer.ok) throw new Error(`${tokens.url} answered ${answer.status} when it was asked for a token.`);
    return ((await answer.json()) as { token: string }).token;
  };
};
