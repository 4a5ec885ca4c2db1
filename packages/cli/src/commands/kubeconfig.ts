import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readPrivateFile, requestToken, writePrivateFile } from '@assay/kube';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { CliError } from '../error.ts';
import { accessFiles } from '../factory/access-files.ts';
import { apiUrl } from '../factory/api-address.ts';
import { type Kubeconfig, makeKubeconfig, mergeKubeconfig } from '../factory/kubeconfig.ts';
import { connectSession } from '../factory/session.ts';
import { type Home, openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

interface KubeconfigFlags {
  export?: boolean;
  merge?: boolean;
  namespace?: string;
  serviceAccount?: string;
  duration?: string;
  output?: OutputFormat;
}

export function addKubeconfigCommand(program: Command): void {
  program
    .command('kubeconfig')
    .description('print what kubectl, tkn and other Kubernetes clients need to use this factory')
    .option('--export', 'write it to a private file, and print the shell command that makes clients use it')
    .option('--merge', 'put it into $KUBECONFIG or ~/.kube/config, as the current context')
    .option('-n, --namespace <namespace>', 'namespace of the context')
    .option('--service-account <namespace/name>', 'for that ServiceAccount, instead of the admin')
    .option('--duration <duration>', "how long the ServiceAccount's token is valid, as 8h (default: 1h)")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  eval $(assay kubeconfig --export)
  kubectl get taskruns
  assay kubeconfig --service-account team-a/deployer --duration 8h > deployer.kubeconfig`,
    )
    .action(async (flags: KubeconfigFlags) => {
      if (flags.export && flags.merge) {
        throw new CliError('Usage', '--export and --merge are two ways; give one of them', {
          hint: '--export leaves ~/.kube/config as it is',
        });
      }
      const home = openHome();
      const { config, name } = await configFor(home, flags);
      if (flags.merge) {
        const file = userFile();
        mergeInto(file, config);
        process.stderr.write(`${file} has the context ${config['current-context']}, and it is current\n`);
      } else if (flags.export) {
        const file = join(home.access, name);
        writePrivateFile(file, stringify(config));
        process.stdout.write(`export KUBECONFIG=${shellQuoted(file)}\n`);
      } else writeData(config, flags.output ?? 'yaml');
    });
}

async function configFor(home: Home, flags: KubeconfigFlags): Promise<{ config: Kubeconfig; name: string }> {
  const files = accessFiles(home);
  const server = apiUrl(home);
  const authority = readPrivateFile(files.authority);
  const adminToken = readPrivateFile(files.adminToken)?.trim();
  if (!server || !authority || !adminToken) {
    throw new CliError('FactoryNotRunning', 'this home has no API yet that clients could use', {
      hint: "start the factory with 'assay up' first",
    });
  }
  if (flags.serviceAccount === undefined) {
    if (flags.duration !== undefined) {
      throw new CliError('Usage', '--duration is for the token of a --service-account', {
        hint: "the admin's token does not expire; remove access/admin.token to make another at the next start",
      });
    }
    const namespace = flags.namespace ?? 'default';
    const parts = { server, authority, token: adminToken, namespace, user: 'assay-admin', context: 'assay' };
    return { config: makeKubeconfig(parts), name: 'kubeconfig' };
  }
  const [, inNamespace, account] = /^([^/]+)\/([^/]+)$/.exec(flags.serviceAccount) ?? [];
  if (!inNamespace || !account) {
    throw new CliError('Usage', `--service-account ${flags.serviceAccount} is not NAMESPACE/NAME`, {
      hint: 'write it as team-a/deployer',
    });
  }
  if (!(await connectSession(home))) {
    throw new CliError('FactoryNotRunning', 'a token is given by the running factory, and none is running', {
      hint: "start it with 'assay up'",
    });
  }
  const { token } = await requestToken(
    { socketPath: join(home.run, 'api.sock'), token: adminToken },
    { namespace: inNamespace, name: account },
    flags.duration === undefined ? {} : { expirationSeconds: await seconds(flags.duration) },
  );
  const user = `assay-${inNamespace}-${account}`;
  const namespace = flags.namespace ?? inNamespace;
  const config = makeKubeconfig({ server, authority, token, namespace, user, context: user });
  return { config, name: `kubeconfig-${inNamespace}-${account}` };
}

async function seconds(duration: string): Promise<number> {
  const { parseDuration } = await import('@assay/tekton');
  try {
    return Math.floor(parseDuration(duration) / 1000);
  } catch (error) {
    throw new CliError('Usage', `--duration ${duration} is not a duration`, {
      hint: 'write a number with a unit, as in 30m, 8h or 24h; the least is 10m',
      cause: error,
    });
  }
}

/** Where clients look: the first file that KUBECONFIG names, else the usual one. */
function userFile(): string {
  const [first] = (process.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return first ?? join(homedir(), '.kube/config');
}

function mergeInto(file: string, config: Kubeconfig): void {
  let existing: unknown = {};
  if (existsSync(file)) {
    try {
      existing = parse(readFileSync(file, 'utf8')) ?? {};
    } catch (error) {
      throw new CliError('InvalidManifest', `${file} is not YAML; it was left as it is`, {
        hint: 'correct it, or use --export, which writes a file of its own',
        cause: error,
      });
    }
  }
  if (typeof existing !== 'object' || Array.isArray(existing)) existing = {};
  writePrivateFile(file, stringify(mergeKubeconfig(existing as Partial<Kubeconfig>, config)));
}

function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
