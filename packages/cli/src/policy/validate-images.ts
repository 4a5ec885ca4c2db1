import { judgeImages, loadPolicy } from '@assay/policy';
import { imageReportFormats, type ValidateImageFlags } from '../commands/validate/image.ts';
import { openHome } from '../home.ts';
import { printable } from '../terminal/style.ts';
import { fixFiles } from './fix-files.ts';
import { keylessVerifier } from './keyless.ts';
import { withSigner } from './policy-signer.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { printExplanations } from './print-explanations.ts';
import { readImages } from './read-images.ts';
import { knownByCommand, runSummary, summarySigner, writeSummaries } from './summaries.ts';
import { exitWithVerdict, writeUndecided } from './verdict-exit.ts';
import { extraRuleData, judgeOptions, openPolicyWorkplace, readPolicy } from './workplace.ts';
import { outputTargets, writeReports } from './write-reports.ts';

/**
 * Judges the images of a command line, and writes the reports it asks for.
 * @throws CliError, PolicyError when there is no verdict
 */
export async function validateImages(references: string[], flags: ValidateImageFlags): Promise<void> {
  const targets = outputTargets(flags, imageReportFormats);
  const now = new Date();
  const home = openHome();
  const place = await openPolicyWorkplace(home, flags.retryMaxRetry);
  try {
    const signer = await summarySigner(flags);
    const { snapshot, name } = await readImages(flags, references, home);
    const options = judgeOptions(flags, now);
    const policy = withSigner(await readPolicy(flags, place), flags, home);
    const ruleData = extraRuleData(flags);
    const loaded = await loadPolicy({
      policy,
      store: place.store,
      loader: place.loader,
      ignoreRekor: flags.ignoreRekor,
      ...(ruleData && { extraRuleData: ruleData }),
      ...(flags.trustedRoot && { keyless: await keylessVerifier(flags.trustedRoot, flags.ignoreRekor) }),
    });
    const known = knownByCommand(flags, loaded, now);
    const report = await judgeImages(loaded, {
      ...options,
      snapshot,
      ...(name !== undefined && { snapshotName: name }),
      skipImageSignature: flags.skipImageSigCheck,
      skipAttestationSignature: flags.skipAttSigCheck,
      workers: flags.workers,
      keepInputs: targets.some(({ format }) => format === 'policy-input' || format === 'attestation'),
      ...(known && { known }),
      onJudged: (_, done, total) => printProgress(done, total),
    });
    writeReports(report, targets, flags, { vsa: () => `${JSON.stringify(runSummary(report))}\n` });
    printDiagnostics(report.diagnostics);
    if (targets.some(({ format }) => format === 'text')) printExplanations(report.components);
    if (flags.fix) fixFiles(flags.fix, report.components);
    if (signer) {
      const written = await writeSummaries(report, {
        flags,
        signer,
        policy: loaded,
        policyUri: flags.policy,
        now,
      });
      for (const line of written) process.stderr.write(`${printable(line)}\n`);
    }
    exitWithVerdict(report.success, flags);
  } catch (error) {
    writeUndecided(error, targets, now);
    throw error;
  } finally {
    place.close();
  }
}

function printProgress(done: number, total: number): void {
  if (total < 2 || !process.stderr.isTTY) return;
  process.stderr.write(done < total ? `\rjudged ${done} of ${total} images` : '\r\u001b[K');
}
