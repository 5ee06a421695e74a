import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { StartError } from '../start-error.ts';

export interface SigningKey {
  kid: string;
  key: CryptoKey;
}

/** The provider's RSA keys: the newest signs, all are published. */
export interface KeySet {
  newest(): SigningKey;
  /** The public halves, as a JSON Web Key Set. */
  published(): { keys: JWK[] };
  /**
   * A new key signs from now on.
   * @param withdrawOld whether the others are published no longer, so that what they signed stops being valid
   */
  rotate(options?: { withdrawOld?: boolean }): Promise<SigningKey>;
}

/** @param file keeps the keys between runs, so that tokens outlive a restart; without it they live in memory */
export async function openKeySet(file?: string): Promise<KeySet> {
  let jwks = file === undefined ? [] : await load(file);
  let signing: SigningKey;

  async function rotate({ withdrawOld = false } = {}): Promise<SigningKey> {
    const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    jwks = [{ ...jwk, kid, alg: 'RS256', use: 'sig' }, ...(withdrawOld ? [] : jwks)];
    signing = { kid, key: privateKey };
    if (file !== undefined) await save(file, jwks);
    return signing;
  }

  const [newest] = jwks;
  signing = newest === undefined ? await rotate() : await signingKey(newest, file);
  return {
    newest: () => signing,
    published: () => ({ keys: jwks.map(publicPart) }),
    rotate,
  };
}

function publicPart({ kty, n, e, kid, alg, use }: JWK): JWK {
  return { kty, n, e, kid, alg, use } as JWK;
}

async function signingKey(jwk: JWK, file: string | undefined): Promise<SigningKey> {
  try {
    return { kid: String(jwk.kid), key: (await importJWK(jwk, 'RS256')) as CryptoKey };
  } catch {
    throw unreadable(file);
  }
}

async function load(file: string): Promise<JWK[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"keys":[]}';
    throw error;
  });
  try {
    const { keys } = JSON.parse(text) as { keys: JWK[] };
    if (Array.isArray(keys)) return keys;
  } catch {}
  throw unreadable(file);
}

async function save(file: string, keys: JWK[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify({ keys }), { mode: 0o600 });
  await rename(draft, file);
}

function unreadable(file = 'the key file'): StartError {
  return new StartError(
    `The keys in ${relative('', file)} cannot be read; remove that file, or begin anew with \`npm start -- --fresh\`.`,
  );
}
