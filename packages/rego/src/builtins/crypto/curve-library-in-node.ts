import { createRequire } from 'node:module';
import type { CurveLibrary } from './curve-library.ts';

const require = createRequire(import.meta.url);
let loaded: CurveLibrary | undefined;

/** The elliptic curves' library, loaded at the first call: it computes tables of the curves, which few policies need. */
export function curveLibrary(): CurveLibrary {
  loaded ??= {
    ...(require('@noble/curves/abstract/weierstrass.js') as Pick<CurveLibrary, 'ecdsa' | 'weierstrass'>),
    ...(require('@noble/curves/ed25519.js') as Pick<CurveLibrary, 'ed25519'>),
  };
  return loaded;
}
