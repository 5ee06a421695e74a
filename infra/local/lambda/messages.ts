/** What an instance's thread and the pool say to each other. JSON texts stay texts, as between Lambda and its runtime. */

/** Handed to the thread when it starts. */
export interface InstanceStart {
  /** Candidates for the handler's file, as URLs, in the order in which Lambda's runtime tries them. */
  modules: string[];
  /** As the template spells it, `index.handler`, and its part after the last dot. */
  handler: string;
  exportName: string;
  /** Folder for what V8 makes of the code, so that the next instance starts sooner. */
  compileCache: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logGroup: string;
  logStream: string;
  /** `host:port` of the AWS endpoint: calls to it are numbered by depth. */
  awsHost: string;
}

export interface InvokeMessage {
  requestId: string;
  event: string;
  /** Epoch milliseconds. */
  deadline: number;
  traceId: string;
}

/** As Lambda's runtime serialises an error. */
export interface RuntimeError {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

export type ThreadMessage =
  | { kind: 'ready' }
  | { kind: 'init-failed'; error: RuntimeError }
  /** `cpuMs`: what the invocation took of a processor. */
  | { kind: 'result'; payload: string; cpuMs: number }
  | { kind: 'failed'; error: RuntimeError }
  /** Uncaught: the thread ends right after. */
  | { kind: 'fatal'; error: RuntimeError }
  | { kind: 'log'; text: string };

/** Carries a call's depth (see `MeteredCall.depth`) from the thread to the AWS endpoint. Not signed, never forwarded. */
export const depthHeader = 'x-local-depth';
