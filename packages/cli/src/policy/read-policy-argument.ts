import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  EnterpriseContractPolicies,
  type PolicySpec,
  readPolicySpec,
  type SourceLoader,
} from '@assay/policy';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';
import { isInline, readTextArgument } from './read-text.ts';
import { runningFactory } from './running-factory.ts';

/** Where a repository keeps its policy configuration, the first that is there. */
const places = ['.ec/policy.yaml', '.ec/policy.json', 'policy.yaml', 'policy.json'];

/**
 * Reads `--policy`: a file, a directory or git reference with a policy in it, the policy itself, or the name of an EnterpriseContractPolicy of the
 * running factory (`NAME` or `NAMESPACE/NAME`).
 * @throws CliError Usage, NotFound; PolicyError InvalidPolicy, SourceUnavailable
 */
export async function readPolicyArgument(
  argument: string,
  { home, loader }: { home: Home; loader: SourceLoader },
): Promise<PolicySpec> {
  if (existsSync(argument) && statSync(argument).isDirectory()) {
    const found = places.map((place) => join(argument, place)).find((place) => existsSync(place));
    if (found) return readPolicyArgument(found, { home, loader });
    throw new CliError('Usage', `${argument} holds no policy configuration`, {
      hint: `it would be ${places.join(' or ')}`,
    });
  }
  if (argument === '-' || existsSync(argument) || isInline(argument)) {
    const { text, place } = readTextArgument(argument, '--policy');
    return readPolicySpec(text, place);
  }
  if (isRemote(argument)) return readRemote(argument, loader);
  if (/^[a-z0-9.-]+(\/[a-z0-9.-]+)?$/.test(argument)) return readNamed(argument, home);
  throw new CliError('Usage', `--policy: there is no file ${argument}`, {
    hint: 'give a file, a git reference such as github.com/org/repo//dir?ref=main, the policy itself, or [NAMESPACE/]NAME',
  });
}

function isRemote(argument: string): boolean {
  return /^(git|https?|oci)::|^(https?|oci):\/\/|^(github|gitlab)\.com\/|\?ref=/.test(argument);
}

async function readRemote(argument: string, loader: SourceLoader): Promise<PolicySpec> {
  // Hidden directories are passed over when sources are read, so that one is asked for by name, and first.
  const hidden = await loader.load(inDirectory(argument, '.ec')).catch(() => undefined);
  const { files, pinned } = hidden ?? (await loader.load(argument));
  const [only] = files.size === 1 ? files.keys() : [];
  const found = ['policy.yaml', 'policy.json', only].find((name) => name !== undefined && files.has(name));
  if (found) return readPolicySpec(new TextDecoder().decode(files.get(found)), `${pinned}: ${found}`);
  throw new CliError('Usage', `${argument} holds no policy configuration`, {
    hint: `it would be ${places.join(' or ')} in the directory named behind //`,
  });
}

/** The address of a directory in what an address means. */
function inDirectory(address: string, directory: string): string {
  const [base, query] = address.split('?') as [string, string?];
  const scheme = /^(\w+::)?(\w+:\/\/)?/.exec(base)![0];
  const inner = base.slice(scheme.length).includes('//') ? `${base}/${directory}` : `${base}//${directory}`;
  return query === undefined ? inner : `${inner}?${query}`;
}

async function readNamed(argument: string, home: Home): Promise<PolicySpec> {
  const [name, namespace = 'default'] = argument.split('/').reverse() as [string, string?];
  const session = await runningFactory(home);
  if (!session) {
    throw new CliError(
      'Usage',
      `there is no file ${argument}, and no factory runs that could have a policy of that name`,
      {
        hint: 'give --policy a file, or start the factory with `assay up`',
      },
    );
  }
  try {
    const policy = await session.client.get(EnterpriseContractPolicies, namespace, name);
    return readPolicySpec(JSON.stringify(policy.spec), `EnterpriseContractPolicy ${namespace}/${name}`);
  } finally {
    await session.close();
  }
}
