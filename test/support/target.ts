/** A stage that is deployed somewhere, as the stories see it that run against it. Plain data: it is handed to every worker of the suite. */
import { randomBytes } from 'node:crypto';
import type { Cloud } from '../../infra/local/cloud.ts';
import { createIdentityProvider } from '../../infra/local/identity/provider.ts';
import type { TokenRequestInput } from '../../infra/local/identity/token-request.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the stories run; missing for the local cloud, which each file starts for itself. */
    target: Target | undefined;
  }
}

export interface Target {
  url: string;
  webSocketUrl: string;
  tableName: string;
  /** For SDK clients that act as the account's owner. Without an endpoint, whoever runs the suite is logged in to AWS. */
  client: { region?: string; endpoint?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
  /** What it answers to a handshake where API Gateway answers 401. */
  unauthorized: number;
  /** An issuer whose key is in a file, or an address that answers `POST {user, tenant, roles}` with `{token}`. */
  tokens: { issuer: string; keyFile: string } | { url: string };
}

/** A target that others use too, and that remembers: nobody else's tenants are called so. */
export const ownMark = randomBytes(4).toString('hex');

/** A story asked for what only the local cloud shows. test/conformance/skipped.ts should name it. */
export class NotShown extends Error {}

/**
 * The part of a cloud that every target has.
 * @param quiet resolves when nothing more is heard
 * @throws NotShown from every other part of it
 */
export const remoteCloud = async (target: Target, quiet: () => Promise<void>): Promise<Cloud> => {
  const shown = {
    url: target.url,
    apiUrl: `${target.url}/api`,
    webSocketUrl: target.webSocketUrl,
    tables: [{ name: target.tableName }],
    clientConfig: target.client,
    ...(await identityOf(target)),
    settled: quiet,
    stop: async () => undefined,
  };
  return new Proxy(shown, {
    get: (parts, name) => {
      if (name in parts) return parts[name as keyof typeof parts];
      // Whoever awaits it looks for this.
      return name === 'then' ? undefined : notShown(`cloud.${String(name)}`);
    },
  }) as unknown as Cloud;
};

export const notShown = (what: string): never => {
  throw new NotShown(`Only the local cloud has \`${what}\`: name this story in test/conformance/skipped.ts.`);
};

/** An issuer whose key is at hand may sign anything; its key set is what was published, and stays so. */
const identityOf = async ({
  tokens,
}: Target): Promise<Pick<Cloud, 'issueToken'> & Partial<Pick<Cloud, 'identity'>>> => {
  if ('keyFile' in tokens) {
    const provider = await createIdentityProvider(tokens);
    const identity = { ...provider, rotate: async () => notShown('cloud.identity.rotate') };
    return { identity, issueToken: provider.issueToken };
  }
  return {
    issueToken: async (request: TokenRequestInput) => {
      const body = JSON.stringify(request);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(tokens.url, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`${tokens.url} answered ${answer.status} when it was asked for a token.`);
      return ((await answer.json()) as { token: string }).token;
    },
  };
};
