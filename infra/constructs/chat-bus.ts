import { Archive, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { forWebhooks, publicSource, sourceOf } from '../../shared/protocol/event-sources.ts';
import type { Settings } from '../settings.ts';
import type { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';
import type { WorkQueue } from './work-queue.ts';

/** Where Parley says what happened: shared/protocol/domain-events.ts. What the host may hear is archived, to be replayed. */
export class ChatBus extends Construct {
  readonly #bus: EventBus;
  /** Types that a worker hears. */
  readonly #heard = new Set<string>();
  readonly #host: Settings['events']['host'];

  constructor(scope: Construct, id: string, { settings, dataKey }: Pick<Deployment, 'settings' | 'dataKey'>) {
    super(scope, id);
    const { stage, retainData, eventArchiveDays, events } = settings;
    const encrypted = dataKey && { kmsKey: dataKey };
    this.#host = events.host;
    // Both are named, because the host's own rules and the runbook name them.
    const name = `parley-${stage}`;
    this.#bus = new EventBus(this, 'Bus', { eventBusName: name, description: 'What happens in Parley', ...encrypted });
    const archive = new Archive(this, 'Archive', {
      archiveName: name,
      description: 'What happened in Parley, to be replayed: docs/runbook.md',
      sourceEventBus: this.#bus,
      eventPattern: { source: [publicSource] },
      retention: Duration.days(eventArchiveDays),
      ...encrypted,
    });
    // An archive replays to its own bus alone, so that one is not kept without the other.
    if (retainData) for (const kept of [this.#bus, archive]) kept.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  get name(): string {
    return this.#bus.eventBusName;
  }

  /** Permission to put events, and `BUS_NAME`. */
  grantPublish(fn: ChatFunction): void {
    fn.allow(['events:PutEvents'], [this.#bus.eventBusArn]);
    fn.addEnvironment('BUS_NAME', this.name);
  }

  /**
   * Tells a function what somebody hears: the host, or a worker that is fed here, now or later. `HEARD_EVENTS` has the types; it is
   * `everything` where the host hears that.
   */
  grantKnowWhoHears(fn: ChatFunction): void {
    const heard = Lazy.string({
      produce: () =>
        JSON.stringify(
          this.#host === 'everything' ? 'everything' : [...new Set([...this.#heard, ...this.#host])].sort(),
        ),
    });
    fn.addEnvironment('HEARD_EVENTS', heard);
  }

  /**
   * Queues every event of these types, public or internal, for the queue's own worker; what cannot be queued goes to the queue's dead
   * letters.
   */
  feeds({ name, queue, deadLetters }: WorkQueue, detailTypes: string[]): void {
    for (const type of detailTypes) this.#heard.add(type);
    const source = [...new Set(detailTypes.map(sourceOf))].sort();
    new Rule(queue.stack, `for-${name}`, {
      eventBus: this.#bus,
      eventPattern: { source, detailType: detailTypes },
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
  }

  /** As `feeds`, with every public event that is told for a webhook, whatever its type. */
  feedsWebhooks({ name, queue, deadLetters }: WorkQueue): void {
    new Rule(queue.stack, `for-${name}`, {
      eventBus: this.#bus,
      eventPattern: { source: [publicSource], resources: [forWebhooks] },
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
  }
}
