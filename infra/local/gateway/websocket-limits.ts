export interface WebSocketLimits {
  /** Without a frame in either direction, pings of the client included. */
  idleSeconds: number;
  lifetimeSeconds: number;
  /** Of a message in either direction. */
  messageBytes: number;
  /** Of one frame: a longer message comes and goes in several. */
  frameBytes: number;
  /** What may wait for a slow client. AWS has such a bound and does not say which. */
  bufferedBytes: number;
}

export const awsLimits: WebSocketLimits = {
  idleSeconds: 600,
  lifetimeSeconds: 7200,
  messageBytes: 128 * 1024,
  frameBytes: 32 * 1024,
  bufferedBytes: 1024 * 1024,
};
