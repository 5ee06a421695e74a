import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { departures } from '../../../infra/endpoint/departures.ts';
import { NotToBeHad, pythonWithMiniStack } from '../../../infra/endpoint/python.ts';
import { settingsOf } from '../../../infra/settings.ts';
import { templatesOf } from './templates.ts';

interface Resource {
  Type: string;
  Properties?: { Environment?: { Variables: Record<string, unknown> }; Timeout?: number };
}

describe('the stage endpoint', () => {
  const endpoint = templatesOf('endpoint');
  const dev = templatesOf('dev');
  const left = Object.keys(departures).filter((name) => name.startsWith('AWS::'));

  /** Every resource as text, without what is adapted, and without the names and digests that follow from the stage's own. */
  const comparable = ({ templates }: typeof dev): string[] =>
    [...templates.values()]
      .flatMap((template) => Object.values<Resource>(template.toJSON().Resources))
      .filter(({ Type }) => !left.includes(Type))
      .map(({ Type, Properties }) => {
        const copy = structuredClone(Properties);
        delete copy?.Environment?.Variables.CONNECTIONS_URL;
        if (Type === 'AWS::Lambda::Function') delete copy?.Timeout;
        return `${Type} ${JSON.stringify(copy)}`
          .replaceAll(/(parley[- ]?)endpoint/gi, '$1dev')
          .replaceAll(/(\\*")endpoint(\\*")/g, '$1dev$2')
          .replaceAll(/\{"Fn::GetAtt":\["(\w+Secret\w+)","Id"\]\}/g, '{"Ref":"$1"}')
          .replaceAll(/[0-9A-F]{8}/g, '…');
      })
      .sort();

  it('differs from a stage on AWS in what the list of departures says, and in nothing else', () => {
    expect(comparable(endpoint)).toEqual(comparable(dev));
  });

  it.each(left)('has no %s, which a stage on AWS has', (type) => {
    expect(endpoint.all(type)).toEqual([]);
    expect(dev.all(type)).not.toEqual([]);
  });

  it('has functions post to its own address, and a stage on AWS does not', () => {
    const posting = [...endpoint.functions()].filter(
      ([, { environment }]) => environment.CONNECTIONS_URL !== undefined,
    );
    expect(posting.length).toBeGreaterThan(5);
    for (const [name, { environment }] of posting) {
      expect(JSON.stringify(environment.CONNECTIONS_URL), name).toContain('http://127.0.0.1:4566/_aws/execute-api/');
    }
    expect(JSON.stringify([...dev.templates.values()].map((one) => one.toJSON()))).not.toMatch(/4566|localstack/);
  });

  it('may believe an issuer that speaks plain http, and no stage on AWS may', () => {
    const content = {
      tokenIssuers: [{ issuer: 'http://a.test', jwksUri: 'http://a.test/keys', audience: 'parley', tenant: 'a' }],
    };
    expect(settingsOf('endpoint', content, 'test').tokenIssuers).toHaveLength(1);
    expect(() => settingsOf('staging', content, 'test')).toThrow('must use https');
    expect(() => settingsOf('endpoint', {}, 'test')).toThrow('tokenIssuers is empty');
  });
});

describe('installing MiniStack says what is wrong', () => {
  const pathBefore = process.env.PATH;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-python-'));
    process.env.PATH = folder;
  });
  afterEach(async () => {
    process.env.PATH = pathBefore;
    await rm(folder, { recursive: true });
  });

  const program = async (path: string, ...lines: string[]) => {
    await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
    await chmod(path, 0o755);
  };
  const installing = () => pythonWithMiniStack(join(folder, 'home'), () => undefined);

  it('where there is no Python', async () => {
    await expect(installing()).rejects.toThrow(
      new NotToBeHad('MiniStack runs on Python 3.10 or newer, and there is none on the path.'),
    );
  });

  it('where Python is too old', async () => {
    await program(join(folder, 'python3'), 'echo 3 9');
    await expect(installing()).rejects.toThrow('and python3 is 3.9.');
  });

  it('where it cannot make a virtual environment', async () => {
    await program(
      join(folder, 'python3'),
      'case "$1" in -c) echo 3 11;; *) echo "ensurepip is missing" >&2; exit 1;; esac',
    );
    await expect(installing()).rejects.toThrow('install python3-venv): ensurepip is missing');
  });

  it('where PyPI is out of reach, and tries again the next time', async () => {
    const home = join(folder, 'made');
    await mkdir(home);
    await program(join(home, 'pip'), 'echo "ERROR: Could not find a version" >&2', 'exit 1');
    await program(
      join(folder, 'python3'),
      `case "$1" in -c) echo 3 11;; *) /bin/mkdir -p "$3/bin"; /bin/cp "${home}/pip" "$3/bin/python";; esac`,
    );
    for (const _ of ['at first', 'again']) {
      await expect(installing()).rejects.toThrow(
        'can PyPI be reached from here? pip says: ERROR: Could not find a version',
      );
    }
  });
});
