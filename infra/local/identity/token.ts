/**
 * `npm run --silent token -- ada`: prints a token of the running local cloud, and nothing else; with `--deployed`, one that is good at
 * the endpoint that `npm run deploy:local` deploys to.
 */

import { parseArgs } from 'node:util';
import { endpointIdentity } from '../../endpoint/identity.ts';
import { roles } from './roles.ts';
import type { TokenRequestInput } from './token-request.ts';

const usage = `Usage: npm run --silent token -- <user> [--tenant demo] [--role ${roles.join('|')}] [--port 4000 | --deployed]`;

class UsageError extends Error {}

interface Wish {
  port: number;
  deployed: boolean;
  body: TokenRequestInput;
}

function readArguments(): Wish | undefined {
  const { values, positionals } = parsed();
  if (values.help) return undefined;
  const [user, ...others] = positionals;
  if (user === undefined || others.length > 0) throw new UsageError('Name one user.');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError(`${values.port} is not a port.`);
  const unknown = values.role?.find((role) => !roles.some((known) => known === role));
  if (unknown !== undefined) throw new UsageError(`There is no role ${unknown}.`);
  return {
    port,
    deployed: values.deployed,
    body: {
      user,
      ...(values.tenant !== undefined && { tenant: values.tenant }),
      ...(values.role !== undefined && { roles: values.role as TokenRequestInput['roles'] }),
    },
  };
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        tenant: { type: 'string' },
        role: { type: 'string', multiple: true },
        port: { type: 'string', default: '4000' },
        deployed: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function askForToken({ port, deployed, body }: Wish): Promise<string> {
  if (deployed) return (await endpointIdentity()).issueToken(body);
  const url = `http://localhost:${port}/identity/token`;
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, request).catch(() => {
    throw new UsageError(`Nothing listens at http://localhost:${port}: start Parley with \`npm start\` first.`);
  });
  const answer = (await response.json().catch(() => ({}))) as { token?: string; message?: string };
  if (answer.token !== undefined) return answer.token;
  throw new UsageError(
    response.status === 400 && answer.message !== undefined
      ? `No token: ${answer.message}`
      : `What listens at http://localhost:${port} is not Parley.`,
  );
}

try {
  const wish = readArguments();
  console.log(wish === undefined ? usage : await askForToken(wish));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  if (error.message.startsWith('Name one')) console.error(usage);
  process.exitCode = 1;
}
