import { createRequire } from 'node:module';

type Library = typeof import('@bufbuild/cel');

let library: Library | undefined;

/** The CEL library, loaded when the first expression asks for it: most runs have none, and it costs 80 ms. */
export function celLibrary(): Library {
  library ??= createRequire(import.meta.url)('@bufbuild/cel') as Library;
  return library;
}

export type CelExpression = NonNullable<ReturnType<Library['parse']>['expr']>;
export type CelParsed = ReturnType<Library['parse']>;
