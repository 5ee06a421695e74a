/** Where the AWS-compatible endpoint is, for whoever runs it, deploys to it and is deployed to it: LocalStack's usual port. */
export const endpointPort = 4566;
export const endpoint = `http://127.0.0.1:${endpointPort}`;

/** What may answer there. */
export type Emulator = 'ministack' | 'localstack';

/** The same address as the functions have it: MiniStack runs them beside itself, LocalStack in containers with a name server of its own. */
export const reachedBy: Record<Emulator, string> = {
  ministack: endpoint,
  localstack: `http://localhost.localstack.cloud:${endpointPort}`,
};

/** The account that it deploys to, and the region. */
export const account = '000000000000';
export const region = 'us-east-1';

/** For an SDK client of any service. */
export const endpointClient = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } };

/** Whose tokens the functions there believe, as infra/settings/endpoint.json says; its keys lie in a bucket of the endpoint itself. */
export const endpointIssuer = `${endpoint}/parley-identity`;
