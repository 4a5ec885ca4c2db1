import { readFileSync } from 'node:fs';
import { builtImage } from '@assay/integration';
import { openLayoutStore, parseRepository } from '@assay/oci';
import { judgeImages, loadPolicy, type PolicySpec, type Report } from '@assay/policy';
import type { PipelineRun } from '@assay/tekton';
import { CliError } from '../error.ts';
import { keyFiles } from '../factory/signing-key.ts';
import { withSigner } from '../policy/policy-signer.ts';
import { assayVersion, type PolicyWorkplace } from '../policy/workplace.ts';
import type { ThrowAwayHome } from './throw-away-home.ts';

/**
 * Judges what a build made, as the gate does, with the throw-away factory's key in place of the policy's signer.
 * @throws CliError BuildFailed when the build names no image; PolicyError when there is no verdict
 */
export async function judgeBuild(
  run: PipelineRun,
  policy: PolicySpec,
  { home, registryHost }: ThrowAwayHome,
  place: PolicyWorkplace,
): Promise<Report> {
  const built = builtImage(run);
  if ('problem' in built)
    throw new CliError('BuildFailed', `there is nothing to judge: ${built.problem}`, {
      hint: 'give the Pipeline the results IMAGE_URL and IMAGE_DIGEST of its task that builds',
    });
  const { containerImage, git } = built;
  if (parseRepository(containerImage.slice(0, containerImage.indexOf('@'))).host !== registryHost)
    throw new CliError(
      'BuildFailed',
      `the build pushed ${containerImage}, which is not in its own registry`,
      {
        hint: "let the Pipeline push to its param output-image, or set the param it takes with -p NAME='{{ registry }}/app:1'",
      },
    );
  const own = openLayoutStore(home.registry);
  const publicKey = readFileSync(keyFiles(home.keys).publicKey, 'utf8');
  const loaded = await loadPolicy({
    policy: withSigner(policy, { publicKey, ignoreRekor: true }, home),
    store: (repository) =>
      parseRepository(repository).host === registryHost ? own : place.store(repository),
    loader: place.loader,
    // A throw-away key's signatures are in no transparency log.
    ignoreRekor: true,
  });
  // Labels decide these two, and a build need not have any.
  const { application = '', component = run.metadata.name! } = built as Partial<typeof built>;
  const source = git ? { git } : {};
  return judgeImages(loaded, {
    snapshot: { application, components: [{ name: component, containerImage, source }] },
    limits: { milliseconds: 300_000 },
    version: assayVersion,
  });
}
