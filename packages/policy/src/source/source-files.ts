import { PolicyError } from '../error.ts';

/** What a source holds: paths with `/`, below the source's own directory. Untrusted. */
export interface SourceFiles {
  /** The address with digest or commit. */
  pinned: string;
  files: ReadonlyMap<string, Uint8Array>;
}

/** How much a source may hold. */
export interface SourceLimits {
  /** @default 20000 */
  maxFiles: number;
  /** @default 256 MiB */
  maxBytes: number;
}

export const defaultSourceLimits: SourceLimits = { maxFiles: 20_000, maxBytes: 256 * 1024 * 1024 };

/** Collects the files of one source, within the limits. */
export class FileCollector {
  readonly files = new Map<string, Uint8Array>();
  readonly #address: string;
  readonly #limits: SourceLimits;
  #bytes = 0;

  constructor(address: string, limits: SourceLimits) {
    this.#address = address;
    this.#limits = limits;
  }

  /** How many bytes may still come. */
  get room(): number {
    return this.#limits.maxBytes - this.#bytes;
  }

  /** @throws PolicyError InvalidSource for a path that leaves the source, or when it is too much */
  add(path: string, bytes: Uint8Array): void {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0 || parts.includes('..') || path.includes('\0')) {
      throw new PolicyError('InvalidSource', `${this.#address} holds a file named ${JSON.stringify(path)}`);
    }
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#limits.maxBytes || this.files.size >= this.#limits.maxFiles) {
      throw new PolicyError(
        'InvalidSource',
        `${this.#address} holds more than ${this.#limits.maxFiles} files or ${this.#limits.maxBytes} bytes`,
        { hint: 'name a directory of it that holds the policies alone' },
      );
    }
    this.files.set(parts.join('/'), bytes);
  }
}

/** Whether a file is one that policies or data are read from. */
export function isPolicyOrData(path: string): boolean {
  return /\.(rego|json|ya?ml)$/.test(path);
}
