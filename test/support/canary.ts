import type { Cloud } from '../../infra/local/cloud.ts';

/** Tells the canary where this cloud's doors are, and the doors whom the canary's tokens are of: addresses are known only at start here. */
export const letsCanaryIn = ({ functions, url, webSocketUrl }: Cloud): void => {
  const issuer = `${url}/canary`;
  const trusted = { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, audience: 'parley', tenant: 'canary' };
  for (const { environment } of functions) {
    if (environment.TOKEN_ISSUERS !== undefined)
      environment.TOKEN_ISSUERS = JSON.stringify([...JSON.parse(environment.TOKEN_ISSUERS), trusted]);
    if (environment.CANARY_ISSUER === undefined) continue;
    environment.CANARY_ISSUER = issuer;
    environment.CHAT_HTTP_URL = url;
    environment.CHAT_WEBSOCKET_URL = webSocketUrl;
  }
};
