import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import type { Cloud, CloudOptions } from '../../infra/local/cloud.ts';
import { startCloud } from '../../infra/local/cloud.ts';
import type { BusEvent } from '../../infra/local/events/bus-entry.ts';
import type { FunctionLog } from '../../infra/local/lambda/instance.ts';
import type { TenantLimits } from '../../shared/protocol/tenant-limits.ts';
import { Person } from './person.ts';
import { leaveCloud, shareCloud } from './shared-cloud.ts';
import { notShown, ownMark, remoteCloud } from './target.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly that global-setup.ts synthesised. */
    assembly: string;
  }
}

export interface World {
  readonly cloud: Cloud;
  /** What functions logged since the last test. */
  readonly logs: string[];
  /** What the bus was told since the last test, by any tenant, internal events included. */
  readonly events: BusEvent[];
  /** The running test's own. */
  readonly tenant: string;
  /** Somebody new to this test: the same name in another test is another tenant's. */
  person(name: string, who?: { tenant?: string; roles?: string[] }): Promise<Person>;
  /** The host's backend. */
  service(tenant?: string): Promise<Person>;
}

/** Consumers of the bus that most tests would only wait for: nobody there is told who comes and goes, pushed to, or called back. */
const outsiders = ['notify', 'webhook-dispatch', 'presence'] as const;

let tenants = 0;

/** Longer than anything takes that is under way: a stream is polled, a queue is polled, and a function may have to start. */
const quietMs = 2_500;

/** As a stage's settings would say it. */
const setLimits = ({ functions }: Cloud, limits: Partial<TenantLimits>): void => {
  for (const { environment } of functions) {
    if (environment.TENANT_SETTINGS === undefined) continue;
    const settings = JSON.parse(environment.TENANT_SETTINGS) as { default: TenantLimits };
    environment.TENANT_SETTINGS = JSON.stringify({ ...settings, default: { ...settings.default, ...limits } });
  }
};

const setWebhooks = ({ functions }: Cloud, settings: object): void => {
  for (const { environment } of functions) {
    if (environment.WEBHOOK_SETTINGS === undefined) continue;
    environment.WEBHOOK_SETTINGS = JSON.stringify({ ...JSON.parse(environment.WEBHOOK_SETTINGS), ...settings });
  }
};

/**
 * A cloud for the calling test file, and a tenant of its own for each of its tests. Files that ask for nothing special share theirs.
 * @param options `tenantLimits` of every tenant and settings of `webhooks`, where they differ from the default; `fed`, the outsiders that
 * hear of what happens; `alone`, for who changes the cloud itself, or looks at all that goes on in it
 */
export const aWorld = ({
  tenantLimits = {},
  webhooks = {},
  fed = [],
  alone = false,
  ...options
}: Partial<CloudOptions> & {
  tenantLimits?: Partial<TenantLimits>;
  webhooks?: { timeoutSeconds?: number; firstRetrySeconds?: number };
  fed?: readonly (typeof outsiders)[number][];
  alone?: boolean;
} = {}): World => {
  let cloud: Cloud | undefined;
  let tenant = '';
  const logs: string[] = [];
  const events: BusEvent[] = [];
  let people: Person[] = [];
  const target = inject('target');
  const hasOwnSettings = [tenantLimits, webhooks, options].some((one) => Object.keys(one).length > 0);

  /** A cloud that cannot be looked into has come to rest when its people have heard nothing for a while. */
  const quiet = async (): Promise<void> => {
    const asked = Date.now();
    const silentUntil = () => Math.max(asked, ...people.map((person) => person.lastHeardAt)) + quietMs;
    for (let left = quietMs; left > 0; left = silentUntil() - Date.now()) await pause(left);
  };

  const isShared = !alone && [tenantLimits, webhooks, fed, options].every((one) => Object.keys(one).length === 0);

  beforeAll(async () => {
    if (target) {
      cloud = hasOwnSettings ? notShown('settings of a story’s own') : await remoteCloud(target, quiet);
      return;
    }
    const watch = {
      onLog: (line: FunctionLog) => void logs.push(line.text),
      onEvent: (event: BusEvent) => void events.push(event),
    };
    const usual = {
      assembly: inject('assembly'),
      streamPollMs: 20,
      streamBackoff: (failures: number) => Math.min(100 * 2 ** (failures - 1), 2_000),
      longestBatchWindowMs: 200,
      // A worker that failed on a machine that had no time for it would hold up the tests for minutes.
      longestHiddenSeconds: 10,
      unfed: outsiders.filter((one) => !fed.includes(one)),
    };
    cloud = await (isShared ? shareCloud(usual, watch) : startCloud({ ...usual, ...watch, ...options }));
    setLimits(cloud, tenantLimits);
    setWebhooks(cloud, webhooks);
  });
  afterEach(async () => {
    if (!target) cloud?.faults.clear();
    await Promise.all(people.map((person) => person.leaves()));
    people = [];
    logs.length = 0;
    events.length = 0;
    tenant = '';
  });
  afterAll(async () => (isShared ? leaveCloud() : cloud?.stop()));

  const running = (): Cloud => {
    if (!cloud) throw new Error('The cloud has not started yet: ask for people inside a test.');
    return cloud;
  };
  const ownTenant = () => {
    if (!tenant) {
      tenants += 1;
      tenant = target ? `tenant-${ownMark}-${tenants}` : `tenant-${tenants}`;
    }
    return tenant;
  };
  /** A name that a story gives itself is another tenant's in another file too. */
  const marked = (named: string) => (!target || named.includes(ownMark) ? named : `${named}-${ownMark}`);
  const person: World['person'] = async (name, { tenant: named = ownTenant(), roles = ['member'] } = {}) => {
    const { url, webSocketUrl } = running();
    const token = await running().issueToken({ user: name, tenant: marked(named), roles: roles as never });
    const one = new Person(name, token, { apiUrl: url, webSocketUrl });
    people.push(one);
    return one;
  };
  return {
    get cloud() {
      return running();
    },
    get logs() {
      return target ? notShown('world.logs') : logs;
    },
    get events() {
      return target ? notShown('world.events') : events;
    },
    get tenant() {
      return ownTenant();
    },
    person,
    service: (named = ownTenant()) => person('backend', { tenant: named, roles: ['service'] }),
  };
};
