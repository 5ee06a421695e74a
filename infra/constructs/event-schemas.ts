import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { type PublicEventContract, publicEvents } from '../../shared/protocol/domain-events.ts';
import { openApiSchemasOf } from '../../shared/protocol/event-schemas.ts';
import { publicSource } from '../../shared/protocol/event-sources.ts';

/** The schemas of public events where the host's developers look for them, and get code from them: EventBridge's schema registry. */
export class EventSchemas extends Construct {
  constructor(scope: Construct, id: string, { stage }: { stage: string }) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: `parley-${stage}`,
      description: 'What Parley tells on its event bus',
    });
    for (const event of publicEvents) {
      new CfnSchema(this, event.type, {
        registryName: registry.attrRegistryName,
        // As the registry calls those that it finds out by itself. A changed content becomes its next version.
        schemaName: `${publicSource}@${event.type}`,
        description: event.summary.slice(0, 256),
        type: 'OpenApi3',
        content: JSON.stringify(registryDocument(event)),
      });
    }
  }
}

/** The whole event as a rule's target gets it. The registry takes OpenAPI 3.0 and makes code of `AWSEvent`. */
export const registryDocument = (event: PublicEventContract) => {
  const { type, version } = event;
  const name = type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const text = { type: 'string' };
  return {
    openapi: '3.0.0',
    info: { title: type, version: `${version}.0.0` },
    paths: {},
    components: {
      schemas: {
        AWSEvent: {
          type: 'object',
          required: ['detail-type', 'resources', 'detail', 'id', 'source', 'time', 'region', 'version', 'account'],
          'x-amazon-events-detail-type': type,
          'x-amazon-events-source': publicSource,
          properties: {
            detail: { $ref: `#/components/schemas/${name}` },
            account: text,
            'detail-type': text,
            id: text,
            region: text,
            resources: { type: 'array', items: text },
            source: text,
            time: { type: 'string', format: 'date-time' },
            version: text,
          },
        },
        ...openApiSchemasOf(event, name),
      },
    },
  };
};
