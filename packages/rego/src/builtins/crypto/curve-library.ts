import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { ed25519 } from '@noble/curves/ed25519.js';

const library = { ecdsa, weierstrass, ed25519 };
export type CurveLibrary = typeof library;

/** The elliptic curves' library. In Node it is loaded at the first call; see `curve-library-in-node.ts`. */
export const curveLibrary = (): CurveLibrary => library;
