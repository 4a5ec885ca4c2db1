import { KubeError } from '../error.ts';

/** Of a statement that does not fit the tables; ours do, so the tables are not as they were written. */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary result code of a SQLite failure, or undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === SQLITE_BUSY;
}

/** The error in this package's terms; what is not SQLite's stays as it is. */
export function fromSqlite(error: unknown, path: string): unknown {
  const isDiskFull = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC';
  switch (isDiskFull ? SQLITE_FULL : resultCode(error)) {
    case undefined:
      return error;
    case SQLITE_FULL:
      return fullError(path, error);
    case SQLITE_ERROR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(path, (error as Error).message, error);
    default:
      return new KubeError('InternalError', `the store ${path} failed: ${(error as Error).message}`, {
        cause: error,
      });
  }
}

/** Nothing but deletions is taken until there is room. */
export function fullError(path: string, cause?: unknown): KubeError {
  return new KubeError('StorageFull', `there is no room left for the store ${path}`, {
    hint: 'free disk space, or delete finished runs; what was accepted before is safe',
    cause,
  });
}

export function corrupt(path: string, detail: string, cause?: unknown): KubeError {
  return new KubeError('StoreCorrupt', `the store ${path} is damaged: ${detail}`, {
    hint: 'move the file away and restore a backup; a damaged store is not served',
    cause,
  });
}
