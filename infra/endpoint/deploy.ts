/** `npm run deploy:local`: every stack, by CloudFormation, at what answers at port 4566. */
import { StartError } from '../local/start-error.ts';
import { endWith, Mistake } from '../mistake.ts';
import { deployToEndpoint } from './deployment.ts';
import { endpoint } from './endpoint.ts';

try {
  const { url, webSocketUrl, tableName } = await deployToEndpoint((text) => process.stderr.write(text));
  console.log(`
Parley is deployed at ${endpoint}. \`npm run destroy:local\` removes it.

  HTTP       ${url}
  WebSocket  ${webSocketUrl}
  Table      ${tableName}

Get a token and look around:

  export TOKEN=$(npm run --silent token -- ada --deployed)
  curl -H "authorization: Bearer $TOKEN" '${url}/api/me'
`);
} catch (error) {
  endWith(error instanceof StartError ? new Mistake(error.message) : error);
}
