/** What functions count, by the names under which CloudWatch shows it to whoever operates a stage. */

/** Of each metric its unit, as CloudWatch spells it. docs/observability.md says what each counts. */
export const metricUnits = {
  MessagesSent: 'Count',
  SendsFailed: 'Count',
  DeliveriesPosted: 'Count',
  DeliveriesGone: 'Count',
  DeliveriesFailed: 'Count',
  DeliveryLatency: 'Milliseconds',
  RoomFanOuts: 'Count',
  ConnectionsOpened: 'Count',
  ConnectionsClosed: 'Count',
  RequestsRefused: 'Count',
  RequestsDenied: 'Count',
  RequestsThrottled: 'Count',
  RequestsFailed: 'Count',
  CanarySuccess: 'Count',
  CanarySendToAck: 'Milliseconds',
  CanarySendToReceive: 'Milliseconds',
} as const;
export type Metric = keyof typeof metricUnits;

export const metricNamespace = 'Parley';
