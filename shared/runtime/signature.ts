/**
 * AWS Signature Version 4 for many requests that differ in path and body alone. The general signers work everything out anew for
 * each; here the key, the frame's hash and the time are made once and kept for as long as they hold.
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

interface SignerOptions {
  /** With its port, where that is not the protocol's own. */
  host: string;
  region: string;
  service: string;
  credentials: Credentials;
}

export interface SignableRequest {
  method: string;
  /** As it is sent: every segment encoded once, no query. */
  path: string;
  body: string;
}

type Headers = Record<string, string>;

const contentType = 'application/json';

/** @returns the headers that a request made at `now` (milliseconds since 1970) needs beside those of its length */
export const createSigner = ({ host, region, service, credentials }: SignerOptions) => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signedHeaders = `content-type;host;x-amz-date${sessionToken ? ';x-amz-security-token' : ''}`;
  const ofSecond = remembered((second: number) => timestampOf(second));
  const ofDay = remembered((day: string) => ({
    scope: `${day}/${region}/${service}/aws4_request`,
    key: signingKey(secretAccessKey, day, region, service),
  }));
  const sha256 = remembered((text: string) => hash('sha256', text));

  return ({ method, path, body }: SignableRequest, now: number): Headers => {
    const time = ofSecond(Math.floor(now / 1000));
    const { scope, key } = ofDay(time.slice(0, 8));
    const canonicalHeaders =
      `content-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n` +
      (sessionToken ? `x-amz-security-token:${sessionToken}\n` : '');
    const canonical = `${method}\n${encodedAgain(path)}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(body)}`;
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`).toString('hex');
    return {
      host,
      'content-type': contentType,
      'x-amz-date': time,
      ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    };
  };
};
export type Signer = ReturnType<typeof createSigner>;

/** Keeps the latest outcome: enough where the same question comes many times in a row. */
const remembered = <Question, Answer>(answer: (question: Question) => Answer): ((question: Question) => Answer) => {
  let last: { question: Question; answer: Answer } | undefined;
  return (question) => {
    if (last?.question !== question) last = { question, answer: answer(question) };
    return last.answer;
  };
};

/** `20260131T235959Z` */
const timestampOf = (second: number): string => new Date(second * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** A key object, for a key of plain bytes costs five times as much to use. */
const signingKey = (secret: string, day: string, region: string, service: string): KeyObject =>
  createSecretKey([day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`)));

const hmac = (key: Buffer | KeyObject, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Every service but S3 signs the path with each segment encoded once more. */
const encodedAgain = (path: string): string => path.split('/').map(encodedStrictly).join('/');

export const encodedStrictly = (segment: string): string =>
  encodeURIComponent(segment).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
