/**
 * Who came through the edge: CloudFront shows a key in a header, which nobody else knows. Whoever comes without it came past the
 * firewall. Read by a bare request: the authorizers are in front of everything, and start sooner without an SDK.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { edgeHeader } from '../protocol/edge.ts';
import { signerIn } from './signature.ts';

/** So often at most a key that is not known leads to a look whether there is another one. */
const pauseMs = 10_000;

type Headers = Readonly<Record<string, string | undefined>> | null | undefined;

interface EdgeDeps {
  /** @returns all keys that hold: the newest, and the one before, which CloudFront shows until it knows the newest */
  readKeys(): Promise<string[]>;
  now(): number;
}

/** @returns whether these headers show a key that holds; an error where that cannot be found out */
export const createEdgeGate = ({ readKeys, now }: EdgeDeps) => {
  let keys: Promise<string[]> | undefined;
  let readAt = 0;
  const read = (): Promise<string[]> => {
    readAt = now();
    keys = readKeys();
    // What failed is asked for again.
    keys.catch(() => {
      keys = undefined;
    });
    return keys;
  };
  return async (headers: Headers): Promise<boolean> => {
    const shown = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === edgeHeader)?.[1];
    if (!shown) return false;
    const holds = (known: string[]) => known.some((key) => same(key, shown));
    if (holds(await (keys ?? read()))) return true;
    return now() - readAt >= pauseMs && holds(await read());
  };
};
export type EdgeGate = ReturnType<typeof createEdgeGate>;

/** Whatever is shown, however long: the comparison takes the same time. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The gate of the stage; where there is no edge, everybody comes by the front door. */
export const edgeGateOf = (environment: NodeJS.ProcessEnv): EdgeGate => {
  const { EDGE_KEY_ARN: arn } = environment;
  if (arn === undefined) return async () => true;
  return createEdgeGate({ readKeys: () => readVersions(environment, arn), now: Date.now });
};

const readVersions = async (environment: NodeJS.ProcessEnv, arn: string): Promise<string[]> => {
  const [newest, before] = await Promise.all(
    ['AWSCURRENT', 'AWSPREVIOUS'].map((stage) => readSecret(environment, { SecretId: arn, VersionStage: stage })),
  );
  if (newest === undefined) throw new Error('The key of the edge has no value.');
  return before === undefined ? [newest] : [newest, before];
};

/** @returns undefined where there is no such version */
const readSecret = async (
  environment: NodeJS.ProcessEnv,
  request: { SecretId: string; VersionStage: string },
): Promise<string | undefined> => {
  const { href, host } = new URL(
    environment.AWS_ENDPOINT_URL_SECRETS_MANAGER ??
      environment.AWS_ENDPOINT_URL ??
      `https://secretsmanager.${environment.AWS_REGION}.amazonaws.com`,
  );
  const body = JSON.stringify(request);
  const signed = signerIn(
    environment,
    'secretsmanager',
  )({
    host,
    method: 'POST',
    path: '/',
    body,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
  });
  const headers = Object.entries(signed).filter(([name]) => !/^(host|content-length)$/i.test(name));
  const answer = await fetch(href, {
    method: 'POST',
    headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
    body,
    signal: AbortSignal.timeout(2_000),
  });
  const said = (await answer.json()) as { SecretString?: string; __type?: string };
  if (answer.ok) return said.SecretString;
  if (said.__type?.endsWith('ResourceNotFoundException')) return undefined;
  throw new Error(`Secrets Manager answered ${answer.status}: ${said.__type}.`);
};
