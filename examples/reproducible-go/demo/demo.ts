import { join } from 'node:path';
import { gate } from '../../gate/demo/gate.ts';
import { hermetic, naivePair, reproduciblePair, tampered } from './acts.ts';
import { printClaims } from './claims.ts';
import { assay, bold, must } from './command.ts';
import { example, type Factory, type Source } from './runs.ts';

// The demonstration behind `make demo`: everything it does it does through the `assay` command, as a user would, and
// every sentence it prints is checked first. Options: `--only pair|naive|tampered|hermetic|gate`, `--leak CAUSE`.

function printNextSteps(image: string, factory: Factory, source: Source): void {
  console.log(`\n${bold('Look further')}
  bin/assay verify ${image} \\
    --source-commit ${source.commit}
  bin/assay up                                  # the registry stays, for other tools:
  skopeo inspect --tls-verify=false docker://${image}
  cosign verify-attestation --type slsaprovenance1 --insecure-ignore-tlog=true \\
    --key ${join(factory.home, 'keys/cosign.pub')} ${image}
  make demo DEMO="--only naive --leak paths"    # one source of non-determinism at a time
  docs/tutorial/first-build.md                  # the same, step by step`);
}

function option(name: string): string[] {
  return process.argv.flatMap((arg, index, all) =>
    arg === `--${name}` && all[index + 1] ? [all[index + 1]!] : [],
  );
}

const started = performance.now();
let startedFactory = false;
try {
  console.log(bold('Assay: from source to a signed, verified, reproducible image'));
  await must(['images', 'build']);
  const before = await assay(['status', '-o', 'json'], { quiet: true });
  if (before.code !== 0) {
    await must(['up']);
    startedFactory = true;
  }
  const factory = JSON.parse((await must(['status', '-o', 'json'], { quiet: true })).stdout) as Factory;
  const source = JSON.parse(
    (await must(['source', 'add', join(example, 'app'), '--name', 'hello', '-o', 'json'], { data: true }))
      .stdout,
  ) as Source;
  console.log(`source  ${source.url} at commit ${source.commit}`);
  const images = JSON.parse(
    (await must(['images', 'build', 'static', '-o', 'json'], { quiet: true })).stdout,
  ) as {
    digest: string;
  }[];
  const base = `${factory.registry}/static@${images[0]!.digest}`;
  console.log(`base    ${base}`);

  const only = option('only');
  const plays = (name: string) => only.length === 0 || only.includes(name);
  const leaks = option('leak');
  const naiveLeaks =
    leaks.length > 0 ? leaks : ['config-time', 'layer-time', 'build-id', 'paths', 'symbols', 'file-order'];
  const image = plays('pair') ? await reproduciblePair(factory, source, base) : undefined;
  if (plays('naive')) await naivePair(factory, source, base, naiveLeaks);
  if (plays('tampered')) await tampered(factory, source, base);
  if (plays('hermetic')) await hermetic(factory);
  if (plays('gate')) await gate(factory, source, base);
  process.exitCode = printClaims(performance.now() - started) ? 0 : 1;
  if (image) printNextSteps(image, factory, source);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  console.error("hint: the lines above say why; 'bin/assay doctor' says what this machine lacks");
  process.exitCode = 1;
} finally {
  if (startedFactory) await assay(['down'], { quiet: true });
}
