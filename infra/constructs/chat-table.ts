import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { inboxIndex, threadIndex } from '../../shared/data/keys.ts';
import { Mistake } from '../mistake.ts';
import type { ChatFunction } from './chat-function.ts';
import type { Deployment } from './deployment.ts';

/**
 * The one table, and what may be done to it: one method for each group of access patterns. A method gives a function exactly
 * the actions of its patterns, and `TABLE_NAME`. `Query` is on the table or on one of its indexes, never on both by default.
 */
export class ChatTable extends Construct {
  readonly #table: Table;

  constructor(
    scope: Construct,
    id: string,
    { settings: { retainData, encryption }, dataKey }: Pick<Deployment, 'settings' | 'dataKey'>,
  ) {
    super(scope, id);
    this.#table = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Encrypted at rest in any case. The key that DynamoDB owns is free, unlike those of KMS, which bill each use.
      ...(dataKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: dataKey }
        : encryption === 'aws-managed' && { encryption: TableEncryption.AWS_MANAGED }),
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.#table.addGlobalSecondaryIndex({
      indexName: inboxIndex,
      partitionKey: { name: 'GSI1PK', type: AttributeType.STRING },
      sortKey: { name: 'GSI1SK', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [
        ...['role', 'lastReadSeq', 'joinedAt', 'rev', 'joinedSeq', 'userId', 'conversationId', 'hiddenSeq'],
        ...['ownVersion', 'markedUnreadSeq', 'mutedUntil', 'archivedAt', 'pinnedAt', 'mentionSeqs'],
        // Of what somebody did that concerns them alone, beside the inbox.
        ...['seq', 'rootSeq'],
      ],
    });
    this.#table.addGlobalSecondaryIndex({
      indexName: threadIndex,
      partitionKey: { name: 'GSI2PK', type: AttributeType.STRING },
      sortKey: { name: 'GSI2SK', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
  }

  get name(): string {
    return this.#table.tableName;
  }

  get streamArn(): string {
    const { tableStreamArn } = this.#table;
    if (tableStreamArn === undefined) throw new Mistake('The table has no stream.');
    return tableStreamArn;
  }

  grantProbe = (fn: ChatFunction) => this.#allow(fn, 'GetItem');

  grantReadProfile = (fn: ChatFunction) => this.#allow(fn, 'GetItem');
  /** Some preferences are written together with what follows from them, and read back. */
  grantSetPreferences = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'UpdateItem');
  grantWriteProfile = (fn: ChatFunction) => this.#allow(fn, 'UpdateItem');
  grantForgetUser = (fn: ChatFunction) => {
    this.#allow(fn, 'GetItem', 'BatchGetItem', 'Query', 'DeleteItem', 'UpdateItem', 'PutItem', 'ConditionCheckItem');
    this.#allowQuery(fn, inboxIndex);
  };

  grantIssueTicket = (fn: ChatFunction) => this.#allow(fn, 'PutItem');
  grantRedeemTicket = (fn: ChatFunction) => this.#allow(fn, 'DeleteItem');
  grantTrackPresence = (fn: ChatFunction) => this.#allow(fn, 'UpdateItem');

  grantHeartbeat = (fn: ChatFunction) => this.#allow(fn, 'UpdateItem');
  /** Without a right to write: typing costs none. */
  grantTyping = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  grantReadPresence = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem');
    this.#allowQuery(fn, inboxIndex);
  };
  grantTellPresence = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem', 'Query', 'UpdateItem');
    this.#allowQuery(fn, inboxIndex);
  };

  /** Between two people it holds only while neither has blocked the other. */
  grantStartConversation = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
  grantListBlocks = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem');
  grantBlock = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem', 'ConditionCheckItem');
  /** A conversation or message together with the asker's place in it. */
  grantReadPlace = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem');
  /** Whatever takes a `rev`: conversations, messages and memberships that change, memberships that begin. */
  grantChange = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem', 'PutItem');
  /** A reaction takes a `rev` too; what happened is filed by the fan-out. */
  grantReact = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');
  grantListInbox = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem');
    this.#allowQuery(fn, inboxIndex);
  };
  grantRefreshInbox = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query', 'UpdateItem');

  /** What somebody has read and received, together with their place. */
  grantRaiseReceipts = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');
  /** Who is a member, with their watermarks, and who of them is connected; to take off the list whoever is gone. */
  grantCountReceipts = (fn: ChatFunction) => this.#allow(fn, 'Query', 'BatchGetItem', 'UpdateItem');
  /** What a member keeps for themselves, beside their place in the conversation. */
  grantKeepOwn = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');
  grantListDrafts = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  grantCountMentions = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');
  /** What a message was before, with the asker's place. */
  grantReadVersions = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  /** With what the asker has deleted for themselves. */
  grantListPins = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  grantListThread = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem', 'Query');
    this.#allowQuery(fn, threadIndex);
  };
  grantReadThread = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');

  /** With whose they were before. */
  grantRegisterDevice = (fn: ChatFunction) =>
    this.#allow(fn, 'BatchGetItem', 'UpdateItem', 'PutItem', 'ConditionCheckItem');
  grantListDevices = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem');
  grantReadNotificationPreferences = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem');
  grantRemoveDevice = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem', 'DeleteItem');
  grantFindRecipients = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  /** `DeleteItem` forgets devices that are gone; the inbox tells what is unread. */
  grantNotifyUser = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem', 'UpdateItem', 'DeleteItem');
    this.#allowQuery(fn, inboxIndex);
  };
  grantMailDigest = (fn: ChatFunction) => {
    this.#allow(fn, 'BatchGetItem', 'UpdateItem');
    this.#allowQuery(fn, inboxIndex);
  };

  grantListMembers = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query');
  /** `Query` finds what they listen to in a large room. */
  grantRemoveMember = (fn: ChatFunction) =>
    this.#allow(fn, 'BatchGetItem', 'Query', 'DeleteItem', 'UpdateItem', 'PutItem');

  grantSubscribe = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'ConditionCheckItem', 'PutItem', 'DeleteItem');
  grantUnsubscribe = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'DeleteItem');

  /** `GetItem` reads what an earlier attempt stored, `Query` who is to hear it. */
  grantSend = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'GetItem', 'Query', 'UpdateItem', 'PutItem');
  /** Reading closes holes, which writes. */
  grantReadHistory = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'Query', 'GetItem', 'PutItem', 'UpdateItem');
  /** Reads memberships old and new, and history, with its holes. */
  grantSync = (fn: ChatFunction) => {
    this.grantReadHistory(fn);
    this.#allowQuery(fn, inboxIndex);
  };

  /** `PutItem` files what happened to reactions. */
  grantFanOut = (fn: ChatFunction) => this.#allow(fn, 'Query', 'BatchGetItem', 'UpdateItem', 'PutItem', 'DeleteItem');
  grantTellShard = (fn: ChatFunction) => this.#allow(fn, 'Query', 'DeleteItem', 'UpdateItem');
  grantPruneConnections = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');

  grantReadWebhook = (fn: ChatFunction) => this.#allow(fn, 'GetItem');
  grantListWebhooks = (fn: ChatFunction) => this.#allow(fn, 'Query');
  /** With the count of a tenant's webhooks. */
  grantCreateWebhook = (fn: ChatFunction) => this.#allow(fn, 'PutItem', 'UpdateItem');
  grantRemoveWebhook = (fn: ChatFunction) => this.#allow(fn, 'DeleteItem', 'UpdateItem');
  grantChangeWebhook = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'UpdateItem');
  grantListDeliveries = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'Query');
  grantTestWebhook = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'PutItem');
  grantRedeliver = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
  grantReplay = (fn: ChatFunction) => this.#allow(fn, 'GetItem', 'Query', 'UpdateItem');
  grantDispatch = (fn: ChatFunction) => this.#allow(fn, 'Query', 'PutItem');
  grantDeliver = (fn: ChatFunction) => this.#allow(fn, 'BatchGetItem', 'UpdateItem');

  /** The stream alone; a reader that looks at the table too asks for that as well. */
  grantReadStream = (fn: ChatFunction) => {
    fn.allow(
      ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((action) => `dynamodb:${action}`),
      [this.streamArn],
    );
  };

  #allow(fn: ChatFunction, ...actions: string[]): void {
    fn.allow(
      actions.map((action) => `dynamodb:${action}`),
      [this.#table.tableArn],
    );
    fn.addEnvironment('TABLE_NAME', this.name);
  }

  #allowQuery(fn: ChatFunction, index: string): void {
    fn.allow(['dynamodb:Query'], [`${this.#table.tableArn}/index/${index}`]);
    fn.addEnvironment('TABLE_NAME', this.name);
  }
}
