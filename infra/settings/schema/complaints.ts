/** What is wrong with settings whose values are right one by one. */
import type { Settings } from '../../settings.ts';
import { complaintsOfCanary } from './observability.ts';

/**
 * @param here whether the stage runs on one's own machine: in the local cloud, or at an endpoint that was deployed to
 * @param local whether it is the local cloud, which brings its own token issuer
 * @returns a sentence for each mistake
 */
export const complaintsAbout = (settings: Settings, { here, local }: { here: boolean; local: boolean }): string[] => {
  const { tokenIssuers, limits, notifications, webhooks, beforeSend } = settings;
  const complaints: string[] = [];
  if (!local && tokenIssuers.length === 0) complaints.push('tokenIssuers is empty: nobody could log in.');
  if (!here) {
    tokenIssuers.forEach(({ issuer, jwksUri }, i) => {
      if (!issuer.startsWith('https:') || !jwksUri.startsWith('https:')) {
        complaints.push(`tokenIssuers[${i}] must use https: its keys decide who is who.`);
      }
    });
    if (webhooks.allowLocal)
      complaints.push('webhooks.allowLocal is for the stage local: elsewhere it opens the network that functions see.');
    for (const [tenant, { url }] of Object.entries(beforeSend.tenants)) {
      if (url?.startsWith('http:'))
        complaints.push(`beforeSend.tenants.${tenant}.url must use https: it is sent what people say.`);
    }
  }
  tokenIssuers.forEach(({ issuer }, i) => {
    if (tokenIssuers.findIndex((one) => one.issuer === issuer) < i) {
      complaints.push(`tokenIssuers[${i}].issuer is named twice: a token could be either's.`);
    }
  });
  tokenIssuers.forEach(({ tenantClaim, tenants }, i) => {
    if (tokenIssuers.length > 1 && tenantClaim !== undefined && tenants === undefined) {
      complaints.push(
        `tokenIssuers[${i}].tenants is missing: beside another issuer, each may speak for its own tenants only.`,
      );
    }
  });
  complaints.push(...complaintsOfCanary(tokenIssuers));
  const environmentLimit = 3_000;
  const hookCharacters = 150;
  if (JSON.stringify(limits).length > environmentLimit) {
    complaints.push(`limits.tenants is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  // The functions that send know both.
  if (
    JSON.stringify(limits).length + Object.keys(beforeSend.tenants).length * hookCharacters >
    environmentLimit + 400
  ) {
    complaints.push('limits.tenants and beforeSend.tenants are too long together for the environment of a function.');
  }
  if (JSON.stringify(notifications).length > environmentLimit) {
    complaints.push(`notifications is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  if (JSON.stringify(tokenIssuers).length > environmentLimit) {
    complaints.push(`tokenIssuers is too long: a function's environment holds ${environmentLimit} characters of it.`);
  }
  complaints.push(...complaintsAboutOperations(settings, { here }));
  return complaints;
};

const complaintsAboutOperations = (
  { stage, region, edge, budget, encryption, releases }: Settings,
  { here }: { here: boolean },
): string[] => {
  const complaints: string[] = [];
  if (here) {
    for (const [name, value] of Object.entries({ edge, budget })) {
      if (value !== null)
        complaints.push(`${name} is nothing for the stage ${stage}: it is made of what AWS alone has.`);
    }
    if (encryption !== 'aws-owned' || releases.steps !== 'at-once')
      complaints.push(`encryption and releases.steps have one value on the stage ${stage}: aws-owned and at-once.`);
  }
  if (edge !== null && region === null)
    complaints.push('region is missing: the edge is in us-east-1 and has to know where the rest is.');
  return complaints;
};
