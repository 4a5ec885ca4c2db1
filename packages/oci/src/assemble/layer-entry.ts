/**
 * Content that is read when its turn comes, so that a layer larger than memory can be written. `read` yields
 * exactly `size` bytes.
 */
export interface DeferredContent {
  size: number;
  read(): AsyncIterable<Uint8Array>;
}

interface EntryBase {
  /** Path inside the image, with or without a leading `/` or `./`; never with `..`. */
  name: string;
  /** Permission bits, set-user-id and sticky included, such as `0o755`. */
  mode: number;
  /** @default 0 */
  uid?: number;
  /** @default 0 */
  gid?: number;
}

/**
 * One file of a layer. There is no modification time on purpose: `writeLayer` gives every entry the same one.
 * A whiteout (image-spec, "Whiteouts") is a file of size 0 named `.wh.<name>`.
 */
export type LayerEntry =
  | (EntryBase & { type: 'file'; content: Uint8Array | DeferredContent })
  | (EntryBase & { type: 'directory' })
  | (EntryBase & { type: 'symlink'; target: string })
  /** `target` is the name of a file entry of the same layer. */
  | (EntryBase & { type: 'hardlink'; target: string });
