import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import type { WorkQueue } from './work-queue.ts';

/** Where Parley says what happened: shared/domain/domain-events.ts. */
export class ChatBus extends Construct {
  readonly #bus: EventBus;

  constructor(scope: Construct, id: string, { stage }: { stage: string }) {
    super(scope, id);
    // Named, because the host's own rules name it.
    this.#bus = new EventBus(this, 'Bus', { eventBusName: `parley-${stage}`, description: 'What happens in Parley' });
  }

  get name(): string {
    return this.#bus.eventBusName;
  }

  /** Permission to put events, and `BUS_NAME`. */
  grantPublish(fn: ChatFunction): void {
    fn.allow(['events:PutEvents'], [this.#bus.eventBusArn]);
    fn.addEnvironment('BUS_NAME', this.name);
  }

  /** Queues every event of these types for the queue's own worker; what cannot be queued goes to the queue's dead letters. */
  feeds({ name, queue, deadLetters }: WorkQueue, detailTypes: string[]): void {
    new Rule(queue.stack, `for-${name}`, {
      eventBus: this.#bus,
      eventPattern: { source: ['parley'], detailType: detailTypes },
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
  }

  /** As `feeds`, with every public event there is, and those to come. */
  feedsEverything({ name, queue, deadLetters }: WorkQueue): void {
    new Rule(queue.stack, `for-${name}`, {
      eventBus: this.#bus,
      eventPattern: { source: ['parley'] },
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
  }
}
