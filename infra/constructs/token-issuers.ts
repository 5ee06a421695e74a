import { CfnParameter, type Stack } from 'aws-cdk-lib/core';
import { localStage, type Settings } from '../settings.ts';
import type { ChatFunction } from './chat-function.ts';

/**
 * Tells an authorizer whose tokens to believe: `TOKEN_ISSUERS`.
 *
 * On one machine the issuer's address is known only at start, so there it is a parameter of the stack. Elsewhere it is not:
 * `cdk deploy` keeps the value that a parameter had before, and a change of the settings would go unheard.
 */
export const grantTokenIssuers = (stack: Stack, authorizer: ChatFunction, { stage, tokenIssuers }: Settings): void => {
  const fromSettings = JSON.stringify(tokenIssuers);
  const value =
    stage === localStage
      ? new CfnParameter(stack, 'TokenIssuers', {
          type: 'String',
          default: fromSettings,
          description: 'Whose tokens to believe, as JSON; see tokenIssuers in infra/settings.ts',
        }).valueAsString
      : fromSettings;
  authorizer.addEnvironment('TOKEN_ISSUERS', value);
};
