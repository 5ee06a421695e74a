/** The one domain in front of the web client, the HTTP API and the WebSocket, and its firewall: docs/deploy.md. */
import * as z from 'zod';

const host = z
  .string()
  .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a domain, such as chat.example.com' });

const certificateArn = z.string().regex(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]+$/, {
  error: 'must be the ARN of a certificate of ACM in us-east-1, the one region that CloudFront takes them from',
});

const connectSource = z.string().refine((value) => URL.parse(value)?.origin === value, {
  error: 'must be an origin such as https://id.example.com, without a path',
});

export const edge = z
  .strictObject({
    /** Empty: the domain that CloudFront gives. */
    domainNames: z.array(host).max(20).default([]),
    /** For all of these domains. */
    certificateArn: certificateArn.nullable().default(null),
    /** Requests of one address in five minutes, whatever they ask for. Whoever asks more waits until they ask less. */
    requestsPerFiveMinutes: z.int().min(10).max(2_000_000).default(3_000),
    /** null: from everywhere. */
    countries: z
      .strictObject({
        rule: z.enum(['allow', 'block']),
        codes: z
          .array(z.string().regex(/^[A-Z]{2}$/, { error: 'must be a country code of ISO 3166, such as DE' }))
          .min(1)
          .max(50),
      })
      .nullable()
      .default(null),
    /** To be raised when the edge's key was changed, so that CloudFront is told the new one: docs/deploy.md. */
    keyNumber: z.int().min(1).default(1),
    /** Where the web client may connect to beside this domain and the token issuers' origins. */
    connectSources: z.array(connectSource).max(20).default([]),
  })
  .refine(({ domainNames, certificateArn }) => domainNames.length > 0 === (certificateArn !== null), {
    error: 'must have domainNames and certificateArn both, or neither',
  });
export type EdgeSettings = z.output<typeof edge>;
