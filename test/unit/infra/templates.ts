/** The synthesised templates of a stage, as the tests ask of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { emptyBundles } from '../../../infra/bundle/empty-bundles.ts';
import { buildStacks } from '../../../infra/parley.ts';
import { settingsOf } from '../../../infra/settings.ts';

export interface Resource {
  stack: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are whatever CloudFormation says
  Properties: any;
  DeletionPolicy?: string;
}

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
}

const issuer = {
  issuer: 'https://id.host.test/',
  jwksUri: 'https://id.host.test/keys',
  audience: 'parley',
  tenant: 'a',
};

/** A stage that can tell somebody has all the queues there are. */
const notifications = { email: { from: 'chat@host.test' } };

/** @param content what the stage's settings file says, beside a token issuer and a way to notify users */
export const templatesOf = (stage: string, content: Record<string, unknown> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-templates-'));
  const app = new App({
    outdir: join(folder, 'cdk.out'),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { ...cdkJson.context, 'aws:cdk:enable-path-metadata': true },
  });
  const settings = settingsOf(stage, { tokenIssuers: [issuer], notifications, ...content }, 'test');
  const templates = new Map<string, Template>();
  try {
    for (const stack of buildStacks(app, { settings, bundles: emptyBundles(join(folder, 'bundles')) })) {
      templates.set(stack.stackName, Template.fromStack(stack));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }

  const all = (type: string): Resource[] =>
    [...templates].flatMap(([stack, template]) =>
      Object.entries(template.findResources(type)).map(([id, resource]) => ({ stack, id, ...resource }) as Resource),
    );
  const functionIds = all('AWS::Lambda::Function').map(({ id }) => id);

  return {
    app,
    templates,
    all,
    /** Each function by the path of its construct without the stack, e.g. `Http/messages-create`, with what its role allows. */
    functions: () =>
      new Map(
        all('AWS::Lambda::Function').map((one) => {
          const path: string = (one as unknown as { Metadata: Record<string, string> }).Metadata['aws:cdk:path'] ?? '';
          const role: string = one.Properties.Role['Fn::GetAtt'][0];
          const statements: Statement[] = all('AWS::IAM::Policy')
            .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
            .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
          return [
            path.split('/').slice(1, -1).join('/'),
            {
              ...one,
              environment: (one.Properties.Environment?.Variables ?? {}) as Record<string, unknown>,
              statements,
            },
          ] as const;
        }),
      ),
    /** The function that a piece of a template points at. */
    functionIn: (value: unknown): string | undefined => {
      const text = JSON.stringify(value);
      return functionIds.find((id) => text.includes(`"${id}"`));
    },
  };
};

export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
