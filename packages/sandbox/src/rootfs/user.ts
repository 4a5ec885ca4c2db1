import { SandboxError } from '../error.ts';
import type { ImageRootfs } from '../pod.ts';
import { readImageFile } from './lookup.ts';

export interface ContainerUser {
  uid: number;
  gid: number;
  groups: number[];
  home: string;
}

const maxId = 65_535;

/**
 * Who a container of an image runs as.
 * @throws SandboxError `UnknownUser`
 */
export function imageUser({ layers }: Pick<ImageRootfs, 'layers'>, user: string): ContainerUser {
  return resolveUser(layers, user);
}

/**
 * Resolves `uid`, `uid:gid`, `name`, `name:group` or empty (root) against the image's own /etc/passwd and
 * /etc/group, as image-spec's `config.User` says: without a group, the user's primary and supplementary ones apply.
 *
 * @throws SandboxError `UnknownUser`
 */
export function resolveUser(layers: string[], user: string, supplemental: number[] = []): ContainerUser {
  const [name = '', group] = (user === '' ? '0' : user).split(':');
  const passwd = records(layers, '/etc/passwd');
  const numeric = /^\d+$/.test(name);
  const entry = passwd.find((fields) => (numeric ? Number(fields[2]) === Number(name) : fields[0] === name));
  if (entry === undefined && !numeric) {
    throw new SandboxError('UnknownUser', `the image has no user ${JSON.stringify(name)} in /etc/passwd`);
  }
  const uid = identifier(numeric ? name : entry?.[2], `user ${name}`);
  const groups = records(layers, '/etc/group');
  let gid = identifier(entry?.[3] ?? '0', `user ${name}`);
  const extra: number[] = [];
  if (group !== undefined && group !== '') {
    const byName = groups.find((fields) => fields[0] === group);
    if (!/^\d+$/.test(group) && byName === undefined) {
      throw new SandboxError('UnknownUser', `the image has no group ${JSON.stringify(group)} in /etc/group`);
    }
    gid = identifier(/^\d+$/.test(group) ? group : byName?.[2], `group ${group}`);
  } else if (entry !== undefined) {
    for (const fields of groups) {
      const member = fields[3]?.split(',').includes(entry[0] ?? '') ?? false;
      if (member && /^\d+$/.test(fields[2] ?? '')) extra.push(Number(fields[2]));
    }
  }
  for (const id of supplemental) identifier(String(id), 'supplemental group');
  const all = new Set([...extra, ...supplemental]);
  all.delete(gid);
  const within = [...all].filter((id) => id <= maxId).sort((one, other) => one - other);
  return { uid, gid, groups: within, home: entry?.[5] || '/' };
}

function records(layers: string[], path: string): string[][] {
  const text = readImageFile(layers, path) ?? '';
  return text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':')]));
}

function identifier(text: string | undefined, what: string): number {
  const id = /^\d+$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!(id <= maxId)) {
    throw new SandboxError('UnknownUser', `${what}: id ${text} is outside the container's range 0-${maxId}`);
  }
  return id;
}
