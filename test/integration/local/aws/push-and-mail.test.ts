import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbox } from '../../../../infra/local/outbox.ts';
import { temporaryDirectory } from '../temporary.ts';
import { allow, type Command, type Stack, startStack } from './stack.ts';

const application = 'arn:aws:sns:us-east-1:000000000000:app/APNS/chat';
const endpoints = application.replace(':app/', ':endpoint/');

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const creates = (Token: string): Command => [
  'sns',
  'CreatePlatformEndpoint',
  { PlatformApplicationArn: application, Token },
];
const publishes = (TargetArn: string): Command => [
  'sns',
  'Publish',
  {
    TargetArn,
    MessageStructure: 'json',
    Message: JSON.stringify({
      default: 'x',
      APNS: JSON.stringify({ aps: { alert: { title: 'Ada', body: 'a < b & c' } } }),
    }),
    MessageAttributes: { 'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': { DataType: 'String', StringValue: 'g-1' } },
  },
];

describe('SNS', () => {
  it('gives a token the same endpoint each time, and hands what is published to the outbox', async () => {
    await stack.grant([
      allow('sns:CreatePlatformEndpoint', application),
      allow(['sns:Publish', 'sns:DeleteEndpoint'], `${endpoints}/*`),
    ]);
    const [first, again] = await stack.run(creates('phone'), creates('phone'));
    expect(first.EndpointArn).toMatch(new RegExp(`^${endpoints}/[0-9a-f-]{36}$`));
    expect(again.EndpointArn).toBe(first.EndpointArn);
    expect(
      await stack.run(publishes(first.EndpointArn), ['sns', 'DeleteEndpoint', { EndpointArn: first.EndpointArn }]),
    ).toMatchObject([{ MessageId: expect.any(String) }, {}]);
    expect(stack.outbox.entries()[0]).toMatchObject({
      kind: 'push',
      title: 'Ada',
      text: 'a < b & c',
      details: { 'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': 'g-1' },
    });
  });

  it('finds nobody behind a token that begins with `dead`', async () => {
    await stack.grant([allow('sns:CreatePlatformEndpoint', application), allow('sns:Publish', `${endpoints}/*`)]);
    const [{ EndpointArn }] = await stack.run(creates('dead-phone'));
    expect(await stack.run(publishes(EndpointArn))).toMatchObject([
      { error: expect.stringMatching(/^EndpointDisabled/) },
    ]);
  });

  it('denies what the role does not allow, and runs nothing else', async () => {
    await stack.grant([allow('sns:CreateTopic', '*')]);
    expect(await stack.run(creates('phone'), ['sns', 'CreateTopic', { Name: 'x' }])).toMatchObject([
      { error: expect.stringMatching(/^AuthorizationError/), status: 403 },
      { error: 'InvalidAction' },
    ]);
  });
});

describe('SES', () => {
  const mails: Command = [
    'ses',
    'SendEmail',
    {
      FromEmailAddress: 'Chat <chat@host.test>',
      Destination: { ToAddresses: ['ada@host.test'] },
      Content: {
        Simple: { Subject: { Data: 'Grüße' }, Body: { Text: { Data: 'Hello' }, Html: { Data: '<p>Hello' } } },
      },
    },
  ];

  it('hands an e-mail to the outbox, from an identity that the role names', async () => {
    await stack.grant([allow('ses:SendEmail', 'arn:aws:ses:us-east-1:000000000000:identity/host.test')]);
    expect(await stack.run(mails)).toMatchObject([{ MessageId: expect.any(String) }]);
    expect(stack.outbox.entries()[0]).toMatchObject({
      kind: 'e-mail',
      to: 'ada@host.test',
      title: 'Grüße',
      text: 'Hello',
      details: { from: 'Chat <chat@host.test>', html: '<p>Hello' },
    });
    await stack.grant([allow('ses:SendEmail', 'arn:aws:ses:us-east-1:000000000000:identity/other.test')]);
    expect(await stack.run(mails)).toMatchObject([{ error: 'AccessDeniedException', status: 403 }]);
  });
});

describe('the outbox', () => {
  const push = (title: string) => ({ kind: 'push' as const, to: 'APNS x', title, text: '', details: {} });

  it('is there again at the next start, the newest first, and holds 200', async () => {
    const file = join(await temporaryDirectory(), 'data', 'outbox.json');
    const outbox = openOutbox(file, () => 0);
    for (let i = 0; i < 201; i += 1) outbox.add(push(String(i)));
    const again = openOutbox(file, () => 0).entries();
    expect(again).toHaveLength(200);
    expect([again[0]?.title, again.at(-1)?.title]).toEqual(['200', '1']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(again);
  });

  it('that is damaged is empty', async () => {
    const file = join(await temporaryDirectory(), 'outbox.json');
    await writeFile(file, '{');
    expect(openOutbox(file, () => 0).entries()).toEqual([]);
  });
});
