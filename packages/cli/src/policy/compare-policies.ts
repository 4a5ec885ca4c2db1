import { parseReference } from '@assay/oci';
import { comparePolicies, readEffectiveTime } from '@assay/policy';
import type { CompareFlags } from '../commands/compare.ts';
import { exitCodes } from '../exit-codes.ts';
import { openHome } from '../home.ts';
import { writeData } from '../terminal/output.ts';
import { openPolicyWorkplace, readPolicy } from './workplace.ts';

/** Prints whether two policies are equivalent, and if not, in what. @throws CliError, PolicyError */
export async function comparePolicyArguments(
  first: string,
  second: string,
  flags: CompareFlags,
): Promise<void> {
  const place = await openPolicyWorkplace(openHome());
  try {
    const now = new Date();
    const time = readEffectiveTime(flags.effectiveTime, now, true);
    const { repository, digest } = flags.image === undefined ? {} : parseReference(flags.image);
    const target = { ...(repository && { repository }), ...(digest && { digest }) };
    const [left, right] = await Promise.all([first, second].map((policy) => readPolicy({ policy }, place)));
    const at = time === 'attestation' ? now : time;
    const { equivalent, differences } = comparePolicies(left!, right!, at, target);
    if (flags.output === 'json') writeData({ equivalent, differences }, 'json');
    else if (equivalent) process.stdout.write('Policies are equivalent\n');
    else process.stdout.write(`Policies are not equivalent: they differ in ${differences.join(', ')}\n`);
    process.exitCode = equivalent ? exitCodes.done : exitCodes.failed;
  } finally {
    place.close();
  }
}
