/** What the endpoint has still to be told once the stacks are there. Each step is safe to repeat. */
import { DescribeTimeToLiveCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import aws4 from 'aws4';
import { Mistake } from '../mistake.ts';
import { account, endpoint, endpointClient, endpointIssuer, region } from './endpoint.ts';
import { endpointIdentity } from './identity.ts';

/** MiniStack drops a table's TimeToLiveSpecification. */
export const removeByTime = async (TableName: string): Promise<void> => {
  const client = new DynamoDBClient(endpointClient);
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  if (TimeToLiveDescription?.TimeToLiveStatus !== 'ENABLED') {
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  client.destroy();
};

const keySet = `${endpointIssuer}/jwks.json`;

/** Lays the key set where the authorizers look for it: in a bucket, which functions reach wherever the endpoint runs them. */
export const publishKeys = async (): Promise<void> => {
  const identity = await endpointIdentity();
  await ask('PUT', endpointIssuer);
  await ask('PUT', keySet, JSON.stringify(identity.jwks()));
};

export const withdrawKeys = async (): Promise<void> => {
  await ask('DELETE', keySet);
  await ask('DELETE', endpointIssuer);
};

/** What is there already, or gone already, is as good. */
const ask = async (method: 'PUT' | 'DELETE', url: string, body = ''): Promise<void> => {
  const { host, pathname } = new URL(url);
  const { headers = {} } = aws4.sign(
    { host, path: pathname, method, service: 's3', region, body, headers: { 'content-type': 'application/json' } },
    { accessKeyId: account, secretAccessKey: 'test' },
  );
  const answer = await fetch(url, { method, headers: headers as Record<string, string>, body });
  if (answer.ok || answer.status === 409 || answer.status === 404) return;
  throw new Mistake(`${endpoint} answered ${answer.status} to ${method} ${pathname}.`);
};
