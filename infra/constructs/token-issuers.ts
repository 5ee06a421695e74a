import { CfnParameter, type Stack } from 'aws-cdk-lib/core';
import { canaryTenant } from '../settings/schema/observability.ts';
import { localStage, type Settings } from '../settings.ts';
import type { ChatFunction } from './chat-function.ts';

/**
 * Tells an authorizer whose tokens to believe: `TOKEN_ISSUERS`.
 *
 * On one machine the issuer's address is known only at start, so there it is a parameter of the stack. Elsewhere it is not:
 * `cdk deploy` keeps the value that a parameter had before, and a change of the settings would go unheard.
 * @param httpUrl of the HTTP API, under which the canary's key is published
 */
export const grantTokenIssuers = (
  stack: Stack,
  authorizer: ChatFunction,
  { stage, tokenIssuers, observability: { canary } }: Settings,
  httpUrl: string,
): void => {
  const value =
    stage === localStage
      ? new CfnParameter(stack, 'TokenIssuers', {
          type: 'String',
          default: JSON.stringify(tokenIssuers),
          description: 'Whose tokens to believe, as JSON; see tokenIssuers in infra/settings.ts',
        }).valueAsString
      : JSON.stringify(canary === 'off' ? tokenIssuers : [...tokenIssuers, canaryIssuer(httpUrl)]);
  authorizer.addEnvironment('TOKEN_ISSUERS', value);
};

/** Below the canary's issuer, as OpenID Connect has it. */
export const canaryKeysPath = '/canary/.well-known/jwks.json';

/** Who signs the canary's tokens: docs/decisions/0026-the-canary-signs-with-kms.md */
const canaryIssuer = (httpUrl: string) => ({
  issuer: canaryIssuerName(httpUrl),
  jwksUri: `${httpUrl}${canaryKeysPath}`,
  audience: 'parley',
  tenant: canaryTenant,
});

export const canaryIssuerName = (httpUrl: string): string => `${httpUrl}/canary`;
