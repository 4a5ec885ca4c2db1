import { SourceError } from './error.ts';

/** A name is one path component: letters, digits, `.`, `_`, `-`, starting with a letter or digit. */
const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function isRepositoryName(name: string): boolean {
  return pattern.test(name) && !name.includes('..') && !name.endsWith('.git') && !name.endsWith('.lock');
}

/** @throws SourceError `InvalidName` */
export function checkRepositoryName(name: string): void {
  if (isRepositoryName(name)) return;
  throw new SourceError('InvalidName', `"${name}" cannot be the name of a repository`, {
    hint: 'use letters, digits, ".", "_" and "-", and leave out ".git"',
  });
}
