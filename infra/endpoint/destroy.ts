/** `npm run destroy:local`: removes what `npm run deploy:local` made. */
import { StartError } from '../local/start-error.ts';
import { endWith, Mistake } from '../mistake.ts';
import { destroyAtEndpoint } from './deployment.ts';
import { endpoint } from './endpoint.ts';

try {
  await destroyAtEndpoint((text) => process.stderr.write(text));
  console.log(`Parley's stacks are removed from ${endpoint}.`);
} catch (error) {
  endWith(error instanceof StartError ? new Mistake(error.message) : error);
}
