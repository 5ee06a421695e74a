/**
 * Secrets that deliveries are signed with. The table holds them encrypted, under a key of which each instance asks once: whoever reads
 * the table cannot sign. Why: docs/decisions/0021-webhook-secrets.md
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A secret is of one webhook of one tenant: moved to another, it does not open. */
export interface SecretOwner {
  tenant: string;
  webhookId: string;
}

const algorithm = 'aes-256-gcm';
const [ivBytes, tagBytes, keyBytes] = [12, 16, 32];
const version = 'v1:';

/** As Standard Webhooks has it. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

const boundTo = ({ tenant, webhookId }: SecretOwner) => Buffer.from(JSON.stringify([tenant, webhookId]));

/** @param masterSecret what the key is made of, asked for when it is first needed */
export const createWebhookSecrets = (masterSecret: () => Promise<string>) => {
  let known: Promise<Buffer> | undefined;
  const key = (): Promise<Buffer> => {
    known ??= masterSecret().then((secret) => {
      if (secret.length < 32) throw new Error('The master secret of webhooks is too short.');
      return Buffer.from(hkdfSync('sha256', secret, '', 'parley webhook secrets', keyBytes));
    });
    // Asked again, where it could not be told.
    known.catch(() => {
      known = undefined;
    });
    return known;
  };

  return {
    seal: async (secret: string, owner: SecretOwner): Promise<string> => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, await key(), iv).setAAD(boundTo(owner));
      const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return version + sealed.toString('base64');
    },

    /** @throws where it was not sealed for this owner with this key */
    open: async (sealed: string, owner: SecretOwner): Promise<string> => {
      const bytes = Buffer.from(sealed.slice(version.length), 'base64');
      const decipher = createDecipheriv(algorithm, await key(), bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(boundTo(owner))
        .setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
    },
  };
};
export type WebhookSecrets = ReturnType<typeof createWebhookSecrets>;
