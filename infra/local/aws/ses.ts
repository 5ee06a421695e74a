/** SES, version 2 of its API: SendEmail alone, into the outbox. Every identity is verified here. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { account, region } from '../model.ts';
import type { Outbox } from '../outbox.ts';
import type { Service } from './service.ts';
import { AwsError, parseJson, restError, restRefusals } from './service.ts';

const text = z.object({ Data: z.string() });

const email = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.array(z.string()).min(1) }),
  Content: z.object({
    Simple: z.object({ Subject: text, Body: z.object({ Text: text.optional(), Html: text.optional() }) }),
  }),
});

/** Who sends is allowed it by the address or by its domain, whichever is verified; here it is the domain. */
const identityOf = (from: string): string => from.replace(/>$/, '').split('@').at(-1) ?? '';

export const createSes = (outbox: () => Outbox): Service => ({
  ...restRefusals,
  prepare(request) {
    if (request.method !== 'POST' || request.path !== '/v2/email/outbound-emails') {
      throw new AwsError('NotFoundException', 'The local cloud runs no operation of SES but SendEmail.', 404);
    }
    const read = email.safeParse(parseJson(request.body));
    const identity = read.success ? identityOf(read.data.FromEmailAddress) : '*';
    return {
      action: 'ses:SendEmail',
      needs: [{ action: 'ses:SendEmail', resource: `arn:aws:ses:${region}:${account}:identity/${identity}` }],
      async run() {
        if (!read.success) throw new AwsError('BadRequestException', read.error.issues[0]?.message ?? 'It is wrong.');
        const { FromEmailAddress: from, Destination, Content } = read.data;
        const { Subject, Body } = Content.Simple;
        outbox().add({
          kind: 'e-mail',
          to: Destination.ToAddresses.join(', '),
          title: Subject.Data,
          text: Body.Text?.Data ?? '',
          details: { from, ...(Body.Html && { html: Body.Html.Data }) },
        });
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ MessageId: randomUUID() }),
        };
      },
    };
  },
  spell: restError,
  throttled: () => new AwsError('TooManyRequestsException', 'Too many requests.', 429),
});
