import type { Command } from 'commander';
import { booleanFlag } from './flag-values.ts';

/** Whose signatures count, as flags give it. */
export interface SignerFlags {
  publicKey?: string;
  rekorUrl?: string;
  ignoreRekor: boolean;
  certificateIdentity?: string;
  certificateIdentityRegexp?: string;
  certificateOidcIssuer?: string;
  certificateOidcIssuerRegexp?: string;
  trustedRoot?: string;
}

export function addSignerFlags(command: Command): void {
  command
    .option('-k, --public-key <key>', "file or PEM of the key that must have signed; wins over the policy's")
    .option('-r, --rekor-url <url>', 'the transparency log that policies are told of')
    .addOption(booleanFlag('--ignore-rekor', 'do without a transparency log'))
    .option('--certificate-identity <subject>', 'whose certificate must have signed, where no key is named')
    .option('--certificate-identity-regexp <pattern>', 'the same as a regular expression')
    .option('--certificate-oidc-issuer <url>', 'who must have vouched for that identity')
    .option('--certificate-oidc-issuer-regexp <pattern>', 'the same as a regular expression')
    .option(
      '--trusted-root <file>',
      "a Sigstore's trusted_root.json; certificates cannot be checked without",
    );
}
