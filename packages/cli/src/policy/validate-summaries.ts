import { parsePublicKey } from '@assay/attestation';
import { parseReference, referenceTarget } from '@assay/oci';
import { createKeyVerifier, findSummary, loadPolicy, policyIdentity } from '@assay/policy';
import type { ValidateVsaFlags } from '../commands/validate/vsa.ts';
import { openHome } from '../home.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { readKey, withSigner } from './policy-signer.ts';
import { readImages } from './read-images.ts';
import { verifierId } from './summaries.ts';
import { exitWithVerdict } from './verdict-exit.ts';
import { milliseconds, openPolicyWorkplace, readPolicy } from './workplace.ts';

/**
 * Looks for a summary of each image that can be relied on for a policy; a line for each on standard output.
 * @throws CliError, PolicyError, OciError when it cannot be told
 */
export async function validateSummaries(
  references: readonly string[],
  flags: ValidateVsaFlags,
): Promise<void> {
  const home = openHome();
  const now = new Date();
  const place = await openPolicyWorkplace(home);
  const style = styleFor(process.stdout);
  try {
    const { snapshot } = await readImages(flags, references, home);
    const policy = await loadPolicy({
      policy: withSigner(await readPolicy(flags, place), flags, home),
      store: place.store,
      loader: place.loader,
    });
    const verifier = createKeyVerifier([parsePublicKey(readKey(flags.vsaPublicKey))]);
    let all = true;
    for (const { name, containerImage } of snapshot.components) {
      const reference = parseReference(containerImage);
      const { repository } = reference;
      const store = place.store(repository);
      const { digest } = await store.resolve(repository, referenceTarget(reference));
      const { statement, objections } = await findSummary({ store, repository, digest }, verifier, {
        verifierId,
        policySha256: policyIdentity(policy, now, { repository, digest, component: name }),
        now,
        maxAgeMs: milliseconds(flags.vsaExpiration),
      });
      all &&= statement !== undefined;
      const time = (statement?.predicate as { timeVerified?: string } | undefined)?.timeVerified;
      const found = statement
        ? `${style('green', '✔')} ${repository}@${digest} passed at ${time}`
        : `${style('red', '✖')} ${repository}@${digest} has no summary for this policy${objections.length > 0 ? `: ${objections.join('; ')}` : ''}`;
      process.stdout.write(`${printable(found)}\n`);
    }
    exitWithVerdict(all, { strict: true, ...(flags.conformaExitCodes && { conformaExitCodes: true }) });
  } finally {
    place.close();
  }
}
