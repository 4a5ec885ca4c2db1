import { loadPolicy } from '@assay/policy';
import { openHome } from '../home.ts';
import { styleFor } from '../terminal/style.ts';
import { openPolicyWorkplace, readPolicy } from './workplace.ts';

/**
 * Checks a policy configuration.
 * @throws PolicyError InvalidPolicy with every field that is wrong, SourceUnavailable, InvalidSource, InvalidRule
 */
export async function validatePolicy(argument: string, schemaOnly: boolean): Promise<void> {
  const place = await openPolicyWorkplace(openHome());
  try {
    const policy = await readPolicy({ policy: argument }, place);
    process.stdout.write('Policy configuration conforms to the EnterpriseContractPolicy spec\n');
    if (schemaOnly) return;
    const { sources } = await loadPolicy({ policy, store: place.store, loader: place.loader });
    const style = styleFor(process.stdout);
    for (const { source, program } of sources) {
      const { rules, namespaces } = program.catalogue;
      const name = source.name ?? source.policy.join(', ');
      process.stdout.write(
        `${style('green', '✔')} ${name}: ${rules.size} rules in ${namespaces.length} packages\n`,
      );
    }
  } finally {
    place.close();
  }
}
