/** What a workload used of AWS, from what the local cloud saw of it. */
import type { MeteredCall, PlatformUse } from '../../infra/local/ports.ts';
import { sumOf, type Usage, unitsOf } from './bill.ts';
import { gbSecondsOf, type Latency } from './duration.ts';

/** Everything that the local cloud saw. */
export interface Seen {
  calls: readonly MeteredCall[];
  uses: readonly PlatformUse[];
  /** Bytes of each event that the bus took, and whether it is archived. */
  events: readonly { bytes: number; isPublic: boolean }[];
  /** Bytes of each line that functions wrote. */
  lines: readonly number[];
}

/** Lambda writes three lines around each invocation. */
const platformLines = ['START', 'END', 'REPORT'];
const platformBytes = 70 + 57 + 185;
/** CloudWatch counts them for each line. */
const lineOverhead = 26;

const usageOfCall = ({ action, status, requestBytes, readUnits, writeUnits }: MeteredCall): Usage => {
  const [service] = action.split(':');
  switch (service) {
    case 'dynamodb':
      return { readUnit: readUnits, writeUnit: writeUnits };
    case 'execute-api':
      // Whoever is gone cannot be sent anything.
      return status === 200 ? { webSocketMessage: unitsOf(requestBytes, 32) } : {};
    case 'sqs':
      return { queueRequest: unitsOf(requestBytes, 64) };
    case 'secretsmanager':
      return { secretRead: 1 };
    case 'sns':
      return { mobilePush: 1 };
    case 'ses':
      return { email: 1 };
    default:
      // Events are counted where the bus takes them, invocations where they run.
      return {};
  }
};

/** The median of a function's invocations: a few wait for a compiler or for the machine's other work. */
const usualCpu = (uses: readonly PlatformUse[]) => {
  const byFunction = Map.groupBy(
    uses.filter((use) => use.kind === 'invocation'),
    (use) => use.function,
  );
  const medians = new Map(
    [...byFunction].map(([name, some]) => {
      const sorted = some.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
      return [name, sorted[Math.floor(sorted.length / 2)] ?? 0];
    }),
  );
  return (name: string): number => medians.get(name) ?? 0;
};

/** Functions are billed for as long as they run: `latency` says how long AWS takes for what they wait for. */
export const usageOf = ({ calls, uses, events, lines }: Seen, latency?: Latency): Usage => {
  const callsOf = Map.groupBy(calls, ({ invocation }) => invocation);
  const cpuOf = usualCpu(uses);
  const usageOfUse = (use: PlatformUse): Usage => {
    switch (use.kind) {
      case 'invocation':
        return {
          lambdaRequest: 1,
          lambdaGbSecond: gbSecondsOf(
            { memoryMb: use.memoryMb, cpuMs: cpuOf(use.function), calls: callsOf.get(use.invocation) ?? [] },
            latency,
          ),
          logGb: (platformBytes + platformLines.length * lineOverhead) / 1e9,
        };
      case 'frame':
        return { webSocketMessage: unitsOf(use.bytes, 32) };
      case 'request':
        return { httpRequest: unitsOf(use.bytes, 512) };
      case 'queue':
        return { queueRequest: unitsOf(use.bytes, 64) };
    }
  };
  return sumOf([
    ...calls.map(usageOfCall),
    ...uses.map(usageOfUse),
    ...events.map(({ bytes, isPublic }) => ({
      busEvent: unitsOf(bytes, 64),
      ...(isPublic && { archivedGb: bytes / 1e9 }),
    })),
    ...lines.map((bytes) => ({ logGb: (bytes + lineOverhead) / 1e9 })),
  ]);
};
