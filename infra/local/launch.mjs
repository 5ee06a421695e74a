/**
 * `node infra/local/launch.mjs <script>`: runs main.ts or another TypeScript file of this folder. Plain JavaScript, so that a Node
 * that is too old, or a project that is not installed yet, gets a sentence and not a syntax error.
 */

import { existsSync } from 'node:fs';

const [script = 'main.ts'] = process.argv.splice(2, 1);
const [major = 0] = process.versions.node.split('.').map(Number);

if (!existsSync(new URL('../../node_modules', import.meta.url))) {
  refuse("Parley's packages are not installed: run `npm ci` first.");
} else if (major < 24) {
  refuse(
    `This is Node ${process.versions.node}, and Parley runs on Node 24, which \`npm ci\` installs for it: use \`npm start\`.`,
  );
} else {
  await import(new URL(script, import.meta.url).href);
}

/** @param {string} message */
function refuse(message) {
  console.error(message);
  process.exitCode = 1;
}
