/** Which tenants have a hook that is asked before a message is stored: docs/before-send-hook.md. */
import * as z from 'zod';
import { tenantName } from '../../../shared/protocol/identifiers.ts';

const url = z.string().refine(
  (value) => {
    const read = URL.parse(value);
    return read !== null && /^https?:$/.test(read.protocol) && !read.username && !read.password && !value.includes('#');
  },
  { error: 'must be an http(s) address without a user name, a password or a fragment' },
);

const functionArn = z.string().regex(/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/, {
  error: 'must be the ARN of a Lambda function, of a version or of an alias',
});

const hook = z
  .strictObject({
    /** Either where it is asked by a signed request, https but on the stage local … */
    url: url.optional(),
    /** … or the function that is invoked, in the region of the stack. */
    functionArn: functionArn.optional(),
    /** What becomes of messages while it fails: there is no right choice for everybody, so none is made. */
    onFailure: z.enum(['allow', 'refuse']),
  })
  .refine((one) => (one.url === undefined) !== (one.functionArn === undefined), {
    error: 'must have either url or functionArn',
  });

export const beforeSend = z.strictObject({ tenants: z.record(tenantName, hook).default({}) });
