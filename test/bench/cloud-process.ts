/** The process of the local cloud. */
import { type Cloud, startCloud } from '../../infra/local/cloud.ts';
import { serve } from './serve.ts';

let cloud: Cloud | undefined;

const running = (): Cloud => {
  if (!cloud) throw new Error('The cloud has not started.');
  return cloud;
};

const handlers = {
  start: async (assembly: string): Promise<{ apiUrl: string; webSocketUrl: string }> => {
    cloud = await startCloud({ assembly });
    const { apiUrl, webSocketUrl } = cloud;
    return { apiUrl, webSocketUrl };
  },
  tokenOf: (user: string): Promise<string> => running().issueToken({ user, tenant: 'bench', roles: ['member'] }),
  settled: (): Promise<void> => running().settled(),
  /** Of the whole process, all function instances included, and of what the gateway's own thread holds. */
  memory: (): { processBytes: number; gatewayBytes: number } => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { processBytes: rss, gatewayBytes: heapUsed + external };
  },
};
export type CloudHandlers = typeof handlers;

serve(handlers, () => cloud?.stop());
