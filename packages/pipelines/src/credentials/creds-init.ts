import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Secret } from '@assay/kube';
import { dockerConfigFile } from './docker-credentials.ts';
import { type AddressedSecret, basicGitFiles, credentialsDirectory, sshGitFiles } from './git-credentials.ts';

/** What the entrypoint of Tekton's steps makes of a ServiceAccount's Secrets. */
export interface StepCredentials {
  /** Text by path below the credentials' directory and the home directory. */
  files: ReadonlyMap<string, Buffer>;
  /** The Secrets that were used: steps see them below `/tekton/creds-secrets`. */
  used: readonly Secret[];
}

const gitPrefix = 'tekton.dev/git-';
const dockerPrefix = 'tekton.dev/docker-';

/**
 * The credential files of steps (Tekton's "Configuring authentication"): Secrets of Docker's types; and those with user and
 * password, or an SSH key, that an annotation gives an address to.
 *
 * @throws CredentialsProblem when a Secret lacks a key, or two are for the same address
 */
export function stepCredentials(secrets: readonly Secret[]): StepCredentials {
  const docker = secrets.filter(({ type }) => /^kubernetes\.io\/dockerc(fg|onfigjson)$/.test(type ?? ''));
  const basic = secrets.filter(({ type }) => type === 'kubernetes.io/basic-auth');
  const ssh = secrets.filter(({ type }) => type === 'kubernetes.io/ssh-auth');
  const sources = {
    basicDocker: basic.flatMap((secret) => addressed(secret, dockerPrefix)),
    basicGit: basic.flatMap((secret) => addressed(secret, gitPrefix)),
    sshGit: ssh.flatMap((secret) => addressed(secret, gitPrefix)),
  };
  const used = new Set([
    ...docker,
    ...Object.values(sources).flatMap((list) => list.map(({ secret }) => secret)),
  ]);
  const files = new Map([
    ...dockerConfigFile(docker, sources.basicDocker),
    ...basicGitFiles(sources.basicGit),
  ]);
  const keys = sshGitFiles(sources.sshGit);
  for (const [path, text] of keys.files) files.set(path, text);
  if (keys.gitConfig !== '') files.set('.gitconfig', (files.get('.gitconfig') ?? '') + keys.gitConfig);
  return {
    files: new Map([...files].map(([path, text]) => [path, Buffer.from(text)])),
    used: secrets.filter((secret) => used.has(secret)),
  };
}

function addressed(secret: Secret, prefix: string): AddressedSecret[] {
  return Object.entries(secret.metadata.annotations ?? {})
    .filter(([name]) => name.startsWith(prefix))
    .map(([, url]) => url)
    .sort()
    .map((url) => ({ secret, url }));
}

/** What a step's log says when its home directory could not get them, in the words of Tekton's entrypoint. */
export function copyWarnings(files: ReadonlyMap<string, Uint8Array>, home: string, why: string): string {
  const quote = (text: string) => JSON.stringify(text);
  const names = [...new Set([...files.keys()].map((path) => path.split('/')[0]!))];
  return names
    .map((name) => {
      const places = `${quote(name)} from ${quote(credentialsDirectory)} to ${quote(home)}`;
      return `warning: unsuccessful cred copy: ${places}: ${why}\n`;
    })
    .join('');
}

/** Writes credential files to a directory that no container can reach yet, for one user alone. */
export function writeCredentials(
  directory: string,
  files: ReadonlyMap<string, Buffer>,
  owner: { uid: number; gid: number },
): void {
  for (const [path, content] of files) {
    const at = join(directory, path);
    const parent = dirname(at);
    if (parent !== directory) {
      mkdirSync(parent, { recursive: true });
      chmodSync(parent, 0o700);
      chownSync(parent, owner.uid, owner.gid);
    }
    writeFileSync(at, content, { mode: 0o600 });
    chownSync(at, owner.uid, owner.gid);
  }
}
