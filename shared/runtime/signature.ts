/**
 * AWS Signature Version 4 by aws4. One thing is added, for who signs thousands of requests a second: aws4 hands its signing key to
 * Node's crypto as bytes, and Node makes them a key object for each signature anew, which is a quarter of what a post costs. Here it
 * is made once a day. docs/decisions/0005-posts-without-the-sdk.md has the numbers.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import aws4 from 'aws4';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

interface SignerOptions {
  region: string;
  service: string;
  credentials: Credentials;
}

export interface SignableRequest {
  /** With its port, where that is not the protocol's own. */
  host: string;
  method: string;
  /** As it is sent: every segment encoded once, no query. */
  path: string;
  body: string;
  headers: Record<string, string>;
}

/** @returns a function from a request to its headers and those that the signature adds; signed now, unless they name an `X-Amz-Date` */
export const createSigner = ({ region, service, credentials }: SignerOptions) => {
  let latest: { scope: string; key: KeyObject } | undefined;
  const keyOf = (scope: string): KeyObject => {
    if (latest?.scope !== scope) latest = { scope, key: signingKey(credentials.secretAccessKey, scope) };
    return latest.key;
  };

  class Signer extends aws4.RequestSigner {
    override signature(): string {
      return createHmac('sha256', keyOf(this.credentialString())).update(this.stringToSign()).digest('hex');
    }
  }

  return (request: SignableRequest): OutgoingHttpHeaders =>
    new Signer({ ...request, region, service }, credentials).sign().headers ?? {};
};

/** Signs with the credentials that Lambda hands every function; they hold for as long as its instance lives. */
export const signerIn = (environment: NodeJS.ProcessEnv, service: string) =>
  createSigner({
    region: required(environment, 'AWS_REGION'),
    service,
    credentials: {
      accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
      ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
    },
  });

const required = (environment: NodeJS.ProcessEnv, name: string): string => {
  const value = environment[name];
  if (!value) throw new Error(`The environment variable ${name} is missing.`);
  return value;
};

/** @param scope `<day>/<region>/<service>/aws4_request` */
const signingKey = (secret: string, scope: string): KeyObject =>
  createSecretKey(
    scope
      .split('/')
      .reduce<Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secret}`)),
  );
