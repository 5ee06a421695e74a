import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { promptly } from '../data/aws-calls.ts';
import type { Mail } from '../domain/digest-mail.ts';

/** With this address, or these words, it will never be taken. */
const refused = new Set(['BadRequestException', 'MessageRejected']);

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

export const createMailer = (from: string, client = new SESv2Client(promptly)) => ({
  /** @throws where it may be taken later, in words that name nobody */
  send: async (to: string, { subject, text, html }: Mail): Promise<'sent' | 'failed'> => {
    try {
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } } },
        }),
      );
      return 'sent';
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      if (refused.has(name)) return 'failed';
      throw new Error(`SES did not take an e-mail: ${name}.`);
    }
  },
});
export type Mailer = ReturnType<typeof createMailer>;
