import { loadPolicy, type NamespaceOutcome } from '@assay/policy';
import { parseDocument } from '@assay/rego';
import type { TestFlags } from '../commands/test.ts';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openHome } from '../home.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { readTextArgument } from './read-text.ts';
import { openPolicyWorkplace } from './workplace.ts';

interface FileOutcome extends NamespaceOutcome {
  file: string;
  /** Rules that found nothing. */
  successes: number;
}

/** Judges files by namespaces alone, without any criteria. @throws CliError, PolicyError, RegoError */
export async function testFiles(files: readonly string[], flags: TestFlags): Promise<void> {
  const place = await openPolicyWorkplace(openHome());
  const now = new Date();
  try {
    const { sources } = await loadPolicy({
      policy: { sources: [{ policy: flags.policy ?? ['policy'], ...(flags.data && { data: flags.data }) }] },
      store: place.store,
      loader: place.loader,
    });
    const { program } = sources[0]!;
    const names = new Set(flags.namespace ?? ['main']);
    const asked = program.catalogue.namespaces.filter(({ name }) => flags.allNamespaces || names.has(name));
    if (asked.length === 0) {
      throw new CliError('Usage', `no package ${[...names].join(', ')} has a rule deny, violation or warn`, {
        hint: 'name one with --namespace, or ask all with --all-namespaces',
      });
    }
    const outcomes: FileOutcome[] = [];
    for (const file of files) {
      const document = parseDocument(readTextArgument(file, file).text, file);
      for (const item of Array.isArray(document) ? document : [document]) {
        const answer = await program.ask(asked, item, { effectiveTime: now, now });
        for (const [index, outcome] of answer.outcomes.entries()) {
          const { failures, warnings } = asked[index]!;
          const spoke = [outcome.failures, outcome.warnings, outcome.exceptions].filter(
            (results) => results.length > 0,
          ).length;
          outcomes.push({
            ...outcome,
            file,
            successes: Math.max(0, failures.length + warnings.length - spoke),
          });
        }
      }
    }
    process.stdout.write(printable(outputs[flags.output](outcomes, now)));
    process.exitCode = flags.fail ? exitCodeOf(outcomes, flags.failOnWarn === true) : exitCodes.done;
  } finally {
    place.close();
  }
}

const outputs: Record<TestFlags['output'], (outcomes: readonly FileOutcome[], now: Date) => string> = {
  stdout: textOf,
  json: (outcomes) =>
    `${JSON.stringify(
      outcomes.map(({ file, namespace, successes, warnings, failures, exceptions }) => ({
        filename: file,
        namespace,
        successes,
        ...(warnings.length > 0 && { warnings }),
        ...(failures.length > 0 && { failures }),
        ...(exceptions.length > 0 && { exceptions }),
      })),
      null,
      2,
    )}\n`,
  appstudio: (outcomes, now) => {
    const { failures, warnings, successes } = totals(outcomes);
    const passed = warnings > 0 ? 'WARNING' : 'SUCCESS';
    return `${JSON.stringify({
      timestamp: String(Math.floor(now.getTime() / 1000)),
      namespace: outcomes.length === 1 ? outcomes[0]!.namespace : '',
      successes,
      failures,
      warnings,
      result: failures > 0 ? 'FAILURE' : passed,
    })}\n`;
  },
};

function textOf(outcomes: readonly FileOutcome[]): string {
  const style = styleFor(process.stdout);
  const lines = outcomes.flatMap(({ file, namespace, warnings, failures, exceptions }) => [
    ...warnings.map(({ msg }) => `${style('yellow', 'WARN')} - ${file} - ${namespace} - ${msg}`),
    ...failures.map(({ msg }) => `${style('red', 'FAIL')} - ${file} - ${namespace} - ${msg}`),
    ...exceptions.map(({ msg }) => `${style('cyan', 'EXCP')} - ${file} - ${namespace} - ${msg}`),
  ]);
  const { failures, warnings, successes, exceptions } = totals(outcomes);
  const all = failures + warnings + successes + exceptions;
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  lines.push(
    '',
    `${count(all, 'test')}, ${successes} passed, ${count(warnings, 'warning')}, ${count(failures, 'failure')}, ${count(exceptions, 'exception')}`,
  );
  return `${lines.join('\n')}\n`;
}

function totals(outcomes: readonly FileOutcome[]) {
  const sum = (of: (outcome: FileOutcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  return {
    successes: sum(({ successes }) => successes),
    warnings: sum(({ warnings }) => warnings.length),
    failures: sum(({ failures }) => failures.length),
    exceptions: sum(({ exceptions }) => exceptions.length),
  };
}

/** As conftest: with `--fail-on-warn` a failure is 2 and a warning 1. */
function exitCodeOf(outcomes: readonly FileOutcome[], failOnWarn: boolean): number {
  const { failures, warnings } = totals(outcomes);
  if (failures > 0) return failOnWarn ? 2 : exitCodes.failed;
  return failOnWarn && warnings > 0 ? exitCodes.failed : exitCodes.done;
}
