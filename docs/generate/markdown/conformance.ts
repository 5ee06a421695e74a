import { afterwards, type Departure, departures } from '../../../infra/endpoint/departures.ts';
import { reasons, type Skipped, skipped } from '../../../test/conformance/skipped.ts';
import { page, table } from './markup.ts';

const bash = (...lines: string[]): string => ['```sh', ...lines, '```'].join('\n');

const departureRow = ({ what, reason, emulators }: Departure): string[] => [
  what,
  emulators.map((one) => (one === 'ministack' ? 'MiniStack' : 'LocalStack')).join(', '),
  reason,
];

const skippedRow = ({ file, stories, on, why }: Skipped): string[] => [
  `[${file}](../test/e2e/${file}.test.ts)`,
  stories === undefined ? 'all' : stories.join('<br>'),
  on === 'deployed' ? 'wherever it is deployed' : 'MiniStack',
  reasons[why],
];

export const conformancePage = (): string =>
  page(
    '# Conformance',
    'The stacks are proven where somebody else wrote the cloud: CloudFormation deploys every one of them to an AWS-compatible endpoint, and the same stories that the local cloud is held to (`test/e2e`) are played over the network against what came of it.',
    bash(
      'npm run test:conformance                          # what answers at port 4566; MiniStack, where nothing does',
      'npm run test:conformance -- messages sync         # some stories',
      'npm run test:conformance -- --target local        # the local cloud',
      'npm run test:conformance -- --target staging --tokens http://localhost:9000/token',
    ),
    'It says what was deployed (stacks, functions, routes), names every story that ran, and says of each that did not why. Nothing has to be installed for it but Python 3.10 or newer: MiniStack comes from PyPI, each package at one version ([requirements.txt](../infra/endpoint/requirements.txt)), into `.parley/`.',
    '## An endpoint on this machine',
    bash(
      'npm run emulator        # MiniStack at port 4566, until Ctrl-C',
      'npm run deploy:local    # in another terminal: bootstraps, deploys every stack, prints the endpoints',
      'npm run --silent token -- ada --deployed',
      'npm run destroy:local   # removes them',
    ),
    'With Docker, [`localstack-compose.yml`](../localstack-compose.yml) starts MiniStack or LocalStack instead; LocalStack runs WebSocket APIs only with a token of a paid plan. What is deployed is the stage `endpoint`, whose settings are [`infra/settings/endpoint.json`](../infra/settings/endpoint.json). Why MiniStack, and how it is run: [decision 22](decisions/0022-an-endpoint-that-we-did-not-write.md).',
    '## A stage on AWS',
    'The stage has to be deployed, and you logged in to its account with its region in `AWS_REGION`: its addresses are read from the outputs of its stacks. `--tokens` names an address that answers `POST {"user", "tenant", "roles"}` with `{"token"}`, of an issuer that the stage’s settings name; keep such a thing to stages that hold no data of people. The stories make tenants of their own, `tenant-…`, so the issuer has to name tenants by a claim. They leave behind what they wrote.',
    '## What the stage has otherwise',
    'Templates of the stage `endpoint` differ from those of a stage on AWS in this and nothing else. One aspect does it ([adaptations.ts](../infra/endpoint/adaptations.ts)), applied to no other stage; a test compares the two.',
    table(['what', 'for', 'why'], Object.values(departures).map(departureRow)),
    'And once the stacks are there:',
    table(['what', 'for', 'why'], afterwards.map(departureRow)),
    'No code of Parley runs otherwise there than on AWS. The stories take a handshake that MiniStack refuses with 500, where an authorizer says `Unauthorized`, for the 401 of API Gateway.',
    '## Stories that do not run there',
    'A target that is deployed can be looked at from outside only. Where a story awaits that nothing more happens, the suite waits there until nobody has heard anything for a while.',
    table(['file', 'stories', 'where', 'why'], skipped.map(skippedRow)),
    '## What this does not show',
    'MiniStack enforces no permissions, no throttles and no limits of API Gateway, and meters nothing: [the local cloud](local-cloud.md) does. LocalStack has not been tried with it.',
  ).replace('from shared/', 'from infra/endpoint and test/conformance');
