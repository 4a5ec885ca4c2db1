import { CliError } from '../error.ts';

/** The last entry of a backup: what must be in it. */
export interface BackupManifest {
  format: 1;
  /** RFC 3339. */
  created: string;
  withKeys: boolean;
  files: { path: string; size: number; sha256: string }[];
}

export const manifestName = 'assay-backup.json';

/** Reads a manifest; the text is that of whoever made the file. @throws CliError InvalidBackup */
export function parseBackupManifest(text: string): BackupManifest {
  let manifest: BackupManifest | undefined;
  try {
    manifest = JSON.parse(text) as BackupManifest;
  } catch {
    // Told below.
  }
  if (manifest?.format !== 1 || !Array.isArray(manifest.files)) {
    throw invalidBackup('its list of contents cannot be read', 'it was made by a newer Assay, or is damaged');
  }
  return manifest;
}

export function invalidBackup(
  why: string,
  hint = 'take another backup; this one was not restored',
): CliError {
  return new CliError('InvalidBackup', `this is no backup that can be restored: ${why}`, { hint });
}
