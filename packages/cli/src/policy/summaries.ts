import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSigner, parsePublicKey, type Signer } from '@assay/attestation';
import { parseReference } from '@assay/oci';
import {
  type ComponentReport,
  createKeyVerifier,
  createVerificationSummary,
  findSummary,
  type JudgeImagesOptions,
  type LoadedPolicy,
  policyIdentity,
  type Report,
  signSummary,
} from '@assay/policy';
import { CliError } from '../error.ts';
import type { SummaryFlags } from './flags/summary-flags.ts';
import { readKey } from './policy-signer.ts';
import { milliseconds } from './workplace.ts';

/** The verifier that our summaries name. */
export const verifierId = 'https://assay.dev/verifiers/policy/v1';

/**
 * How images are recognised that were judged before; undefined when the flags do not ask for it.
 * @throws CliError Usage for a key that is not there
 */
export function knownByCommand(
  flags: SummaryFlags,
  policy: LoadedPolicy,
  now: Date,
): JudgeImagesOptions['known'] | undefined {
  if (flags.vsaPublicKey === undefined) return undefined;
  const verifier = createKeyVerifier([parsePublicKey(readKey(flags.vsaPublicKey))]);
  return async ({ name, containerImage, source }) => {
    const reference = parseReference(containerImage);
    if (reference.digest === undefined) return undefined;
    const { repository, digest } = reference;
    const image = { store: policy.store(repository), repository, digest };
    const policySha256 = policyIdentity(policy, now, { repository, digest, component: name });
    const demands = { verifierId, policySha256, now, maxAgeMs: milliseconds(flags.vsaExpiration) };
    // A registry that cannot be read is told of when the image is judged.
    const found = await findSummary(image, verifier, demands).catch(() => undefined);
    if (!found?.statement) return undefined;
    const { timeVerified } = found.statement.predicate as { timeVerified: string };
    return knownReport(name, `${repository}@${digest}`, source, timeVerified);
  };
}

function knownReport(
  name: string,
  containerImage: string,
  source: Record<string, unknown>,
  time: string,
): ComponentReport {
  const msg = `Pass, as a verification summary of ${time} by this policy says`;
  return {
    name,
    containerImage,
    source,
    violations: [],
    warnings: [],
    successes: [{ msg, metadata: { code: 'builtin.vsa.verification_summary' } }],
    success: true,
    signatures: [],
    attestations: [],
  };
}

/** The key to sign summaries with. @throws CliError Usage; AttestationError when it cannot be opened */
export async function summarySigner(flags: SummaryFlags): Promise<Signer | undefined> {
  if (!flags.vsa) return undefined;
  for (const place of flags.vsaUpload ?? []) {
    if (place === 'oci' || /^local@./.test(place)) continue;
    throw new CliError('Usage', `--vsa-upload ${place} is not offered`, {
      hint: 'use oci, beside the image, or local@DIRECTORY',
    });
  }
  if (flags.vsaSigningKey === undefined) {
    throw new CliError('Usage', '--vsa needs a key to sign with', {
      hint: 'give --vsa-signing-key FILE; cosign generate-key-pair makes one',
    });
  }
  return loadSigner(readFileSync(flags.vsaSigningKey, 'utf8'), process.env.COSIGN_PASSWORD ?? '');
}

/**
 * Signs a summary of every image that passed and was judged, and puts it where the flags say.
 * @returns what was written, a line each
 */
export async function writeSummaries(
  report: Report,
  options: { flags: SummaryFlags; signer: Signer; policy: LoadedPolicy; policyUri: string; now: Date },
): Promise<string[]> {
  const { flags, signer, policy, policyUri, now } = options;
  const uploads = flags.vsaUpload ?? ['oci'];
  const written: string[] = [];
  for (const component of report.components) {
    if (!component.success || component.evidence === undefined) continue;
    const { repository, digest } = parseReference(component.containerImage) as {
      repository: string;
      digest: string;
    };
    const statement = createVerificationSummary({
      image: { repository, digest },
      verifier: { id: verifierId, version: { assay: report.version } },
      policy: {
        uri: policyUri,
        sha256: policyIdentity(policy, now, { repository, digest, component: component.name }),
      },
      inputAttestations: component.evidence,
      passed: true,
      time: now,
    });
    const image = { store: policy.store(repository), repository, digest };
    const attach = uploads.includes('oci') ? { attachTo: image } : {};
    const envelope = await signSummary(statement, signer, { ...attach, now });
    if (uploads.includes('oci'))
      written.push(`${component.containerImage}: a verification summary is attached`);
    const directories = uploads
      .filter((place) => place !== 'oci')
      .map((place) => place.slice('local@'.length));
    for (const directory of directories) {
      written.push(writeSummary(directory, component, `${JSON.stringify(envelope)}\n`));
    }
    if (flags.attestationOutputDir) {
      const document = flags.attestationFormat === 'predicate' ? statement.predicate : envelope;
      written.push(writeSummary(flags.attestationOutputDir, component, `${JSON.stringify(document)}\n`));
    }
  }
  return written;
}

function writeSummary(directory: string, { name, containerImage }: ComponentReport, text: string): string {
  mkdirSync(directory, { recursive: true });
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '_');
  const file = join(directory, `vsa-${safe}-${containerImage.split(':').at(-1)}.json`);
  writeFileSync(file, text);
  return `${containerImage}: a verification summary is in ${file}`;
}

/** Conforma's predicate about a whole run, as `--output vsa` prints it. Its verifier is ours. */
export function runSummary(report: Report): Record<string, unknown> {
  const details = report.components.map((component) => ({
    name: component.name,
    containerImage: component.containerImage,
    success: component.success,
    violations: component.violations.length,
    warnings: component.warnings.length,
    successes: component.successes.length,
  }));
  const total = (field: 'violations' | 'warnings') => details.reduce((sum, one) => sum + one[field], 0);
  return {
    policy: report.policy,
    imageRefs: details.map(({ containerImage }) => containerImage),
    timestamp: report.created.toISOString(),
    status: report.success ? 'passed' : 'failed',
    verifier: 'assay',
    summary: {
      snapshot: report.snapshot ?? '',
      components: details.length,
      success: report.success,
      key: report.key,
      ec_version: report.version,
      component_details: details,
      Violations: total('violations'),
      Warnings: total('warnings'),
    },
  };
}
