import { join } from 'node:path';
import { type Cloud, type CloudOptions, startCloud } from './cloud.ts';
import { reloaded } from './reloaded.ts';
import { StartError } from './start-error.ts';
import { synthesize } from './synth.ts';
import { TemplateError } from './template/template-error.ts';
import type { Terminal } from './terminal.ts';
import { onChange } from './watch.ts';

/** The cloud of somebody who works on its code: what they change is taken over. */
export interface Session {
  cloud(): Cloud;
  stop(): Promise<void>;
}

export interface SessionOptions {
  root: string;
  port: number;
  fresh: boolean;
  dynamodbEndpoint: string | undefined;
  terminal: Terminal;
  /** The session is over for a reason of its own: one sentence. */
  onEnd(message: string): void;
}

/** @throws {StartError | TemplateError} if the code cannot be synthesised, or the cloud not be started */
export async function startSession({ root, fresh, terminal, onEnd, ...options }: SessionOptions): Promise<Session> {
  const cloudOptions: Omit<CloudOptions, 'assembly'> = {
    ...options,
    dataDirectory: join(root, '.parley'),
    report: terminal.report,
    onLog: terminal.log,
    onCrash: onEnd,
  };
  let assembly = await synthesize({ root });
  let cloud = await startCloud({ ...cloudOptions, assembly, fresh });
  let stopped = false;

  async function takeOver(): Promise<void> {
    const next = await synthesize({ root });
    if (next === assembly || stopped) return;
    const before = cloud.functions;
    if (cloud.reload(next)) {
      const news = reloaded(before, cloud.functions);
      if (news !== undefined) terminal.say(news);
    } else {
      terminal.say('The infrastructure changed: starting it anew.');
      await restart(next);
    }
    assembly = next;
  }

  async function restart(next: string): Promise<void> {
    const { port } = cloud;
    await cloud.stop();
    const anew = (from: string) => startCloud({ ...cloudOptions, port, assembly: from });
    try {
      cloud = await anew(next);
      terminal.say(`Parley is running at ${cloud.url}.`);
    } catch (error) {
      terminal.say(`${sentence(error)} Going on with what ran before.`);
      cloud = await anew(assembly);
    }
  }

  const watcher = await onChange({
    root,
    folders: ['infra', 'functions', 'shared'],
    work: async () => {
      try {
        await takeOver();
      } catch (error) {
        terminal.say(`${sentence(error)}\nThe code from before keeps running.`);
      }
    },
    onError: ({ message }) => terminal.say(`Some changes will not be noticed: ${message}.`),
  });

  return {
    cloud: () => cloud,
    stop: async () => {
      stopped = true;
      await watcher.stop();
      await cloud.stop();
    },
  };
}

function sentence(error: unknown): string {
  return error instanceof StartError || error instanceof TemplateError ? error.message : String(error);
}
