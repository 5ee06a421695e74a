import { parseArgs } from 'node:util';
import { StartError } from './start-error.ts';

export const usage = `Usage: npm start -- [flags]

  --port <number>   where to listen (default 4000)
  --fresh           begin anew: remove users, conversations, messages and keys of earlier runs
  --json            print logs as JSON lines
  --help            print this

AWS_ENDPOINT_URL_DYNAMODB names a DynamoDB to use in place of the built-in one.`;

export interface Flags {
  port: number;
  fresh: boolean;
  json: boolean;
  help: boolean;
}

/** @throws {StartError} for a flag that does not exist or a value that does not fit */
export function readFlags(argv: string[]): Flags {
  const { port, fresh, json, help } = parse(argv);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new StartError(`--port takes a number from 0 to 65535, not ${port}.`);
  }
  return { port: Number(port), fresh, json, help };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        port: { type: 'string', default: '4000' },
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new StartError(`${sentence?.replace(/\.$/, '')}; \`npm start -- --help\` lists the flags.`);
  }
}
