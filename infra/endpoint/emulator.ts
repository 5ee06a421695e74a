/** `npm run emulator`: MiniStack at port 4566 until Ctrl-C, without Docker. */
import { join } from 'node:path';
import { endWith } from '../mistake.ts';
import { endpoint } from './endpoint.ts';
import { startMiniStack } from './ministack.ts';

try {
  const ministack = await startMiniStack({
    directory: join(import.meta.dirname, '../../.parley/emulator'),
    say: console.log,
    onOutput: (text) => process.stdout.write(text),
  });
  console.log(`MiniStack is running at ${endpoint}. Ctrl-C stops it. In another terminal: npm run deploy:local`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void ministack.stop());
  await ministack.ended;
} catch (error) {
  endWith(error);
}
