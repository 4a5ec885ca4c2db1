import { readFileSync } from 'node:fs';
import { type ImageVerification, parsePublicKey, provenanceFacts, verifyImage } from '@assay/attestation';
import { localBuilderId } from '@assay/observer';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openImageStore } from '../factory/image-stores.ts';
import { keyFiles } from '../factory/signing-key.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { printable, styleFor } from '../terminal/style.ts';

interface VerifyFlags {
  key?: string[];
  builderId: string;
  sourceUri?: string;
  sourceCommit?: string;
  output?: OutputFormat;
}

export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description("check an image's signature and provenance, each check on a line of its own")
    .argument('<image>', 'the image; a tag is resolved to its digest first')
    .option('--key <file...>', "public keys whose signatures count (default: this factory's observer)")
    .option('--builder-id <uri>', 'the builder that the provenance must name', localBuilderId)
    .option('--source-uri <uri>', 'the git repository that the image must be built from')
    .option('--source-commit <commit>', 'the commit that the image must be built from')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 every check passed, 3 one failed, 1 it could not be decided (the registry is down, say).

Examples:
  assay verify localhost:5050/demo/hello@sha256:...
  assay verify localhost:5050/demo/hello:1 --source-commit 4f0c... -o json`,
    )
    .action(async (image: string, flags: VerifyFlags) => {
      process.exitCode = await verify(image, flags);
    });
}

async function verify(image: string, flags: VerifyFlags): Promise<number> {
  const home = openHome();
  const { store, ...named } = await openImageStore(image);
  const result = await verifyImage({
    store,
    image: named,
    keys: (flags.key ?? [keyFiles(home.keys).publicKey]).map(readKey),
    expected: {
      builderId: flags.builderId,
      ...(flags.sourceUri !== undefined && { sourceUri: flags.sourceUri }),
      ...(flags.sourceCommit !== undefined && { sourceCommit: flags.sourceCommit }),
    },
  });
  if (flags.output) writeData(toData(result), flags.output);
  else printChecks(result);
  return result.passed ? exitCodes.done : exitCodes.denied;
}

function readKey(file: string) {
  try {
    return parsePublicKey(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CliError('Usage', `there is no public key ${file}`, {
      hint: 'give --key a PEM file; a factory makes its own at its first run',
      cause: error,
    });
  }
}

function toData({ image, digest, passed, checks, attestations }: ImageVerification) {
  return {
    image,
    digest,
    passed,
    checks,
    attestations: attestations.map(({ form, digest: at, statement }) => ({
      form,
      digest: at,
      predicateType: statement.predicateType,
      invocationId: provenanceFacts(statement)?.invocationId,
    })),
  };
}

function printChecks({ image, checks, passed }: ImageVerification): void {
  const style = styleFor(process.stdout);
  for (const check of checks) {
    const mark = check.passed ? style('green', '✔') : style('red', '✖');
    process.stdout.write(`${mark} ${check.name.padEnd(21)} ${printable(check.message)}\n`);
  }
  if (passed) {
    process.stdout.write(`${style('bold', image)} verified: ${checks.length} checks passed\n`);
    return;
  }
  const first = checks.find((check) => !check.passed)!;
  process.stderr.write(
    `${style('red', 'error:')} ${printable(image)} is not verified: ${printable(first.message)}\n`,
  );
  if (first.hint) process.stderr.write(`${style('cyan', 'hint:')} ${first.hint}\n`);
}
