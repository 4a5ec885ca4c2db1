import type { ContainerConfig } from '@assay/oci';

/** How one image is made: data only. Everything here reaches the cache key. */
export interface ImageRecipe {
  name: string;
  /** Name of the recipe whose layers come first. */
  base?: string;
  /** Bottom first. Changing one rebuilds that one. */
  layers: LayerRecipe[];
  /** Complete: nothing is inherited from the base recipe. */
  config: ContainerConfig;
}

export type LayerRecipe = PackagesLayer | ProgramsLayer | GoBuildCacheLayer;

/** Debian packages, unpacked and merged; no maintainer script runs, so what those would make stands here. */
export interface PackagesLayer {
  kind: 'packages';
  /** What to install. Their dependencies come along, recommendations don't. */
  install: string[];
  /** Packages of the closure that nothing in the image uses. */
  leaveOut: string[];
  /** Packages an earlier layer already has: resolved together, but not unpacked again. */
  onTopOf?: string[];
  /** Paths that stay away: a directory with everything below it, a file, or a pattern over the whole path. */
  drop: (string | RegExp)[];
  /** If given, only these paths come in. */
  keep?: (string | RegExp)[];
  /** Symbolic links, name to target; one that a package brings itself is replaced. */
  links: Record<string, string>;
  /** Links that are made only where no package has a file of that name. */
  fallbackLinks?: Record<string, string>;
  directories: Record<string, { mode: number; uid?: number; gid?: number }>;
  /** Text files, path to content, mode 0644. */
  files: Record<string, string>;
  /** Concatenates the certificates of package ca-certificates into this file. */
  certificateBundle?: string;
}

/** Our own programs: a directory of the library, copied. */
export interface ProgramsLayer {
  kind: 'programs';
  /** Relative to the library's `images` folder. */
  from: string;
  to: string;
}

/** What `go build` leaves in its cache, so that the first build in a step does not compile the standard library. */
export interface GoBuildCacheLayer {
  kind: 'go-build-cache';
  /** Packages of the standard library, compiled with all they import, with `-trimpath` and without cgo. */
  packages: string[];
  /** The `GOCACHE` directory inside the image; writable for every user. */
  to: string;
}
