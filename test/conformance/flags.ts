import { parseArgs } from 'node:util';
import { Mistake } from '../../infra/mistake.ts';

export const usage = `Usage: npm run test:conformance -- [flags] [files]

  --target <name>   endpoint (default): what answers at port 4566, or a MiniStack that is started for it
                    local: the local cloud; any other name: that stage, on AWS, as it is deployed
  --tokens <url>    for a stage on AWS: an address that answers POST {user, tenant, roles} with {token}
  --if-possible     ends well, saying why, where MiniStack cannot be installed
  --help            prints this

Files are names of stories below test/e2e, such as messages; all of them, if none is named.`;

export interface Flags {
  target: string;
  tokens?: string | undefined;
  'if-possible': boolean;
  help: boolean;
  files: string[];
}

/** @throws Mistake for a flag that does not exist */
export const readFlags = (args: string[]): Flags => {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        target: { type: 'string', default: 'endpoint' },
        tokens: { type: 'string' },
        'if-possible': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return { ...values, files: positionals };
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage}`);
  }
};
