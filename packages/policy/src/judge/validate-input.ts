import { parseDocument, RegoError } from '@assay/rego';
import { PolicyError } from '../error.ts';
import type { FileReport, InputReport } from '../report/input-report.ts';
import { inReportOrder, withoutInfo } from '../results/settle.ts';
import type { EffectiveTime } from '../spec/effective-time.ts';
import { type Judgement, type JudgeOptions, judgeInput } from './judge-input.ts';
import type { LoadedPolicy } from './load-policy.ts';

export interface JudgeFilesOptions extends Pick<JudgeOptions, 'filterType' | 'quirks' | 'limits'> {
  /** Text of each file, JSON or YAML; a list is judged item by item. Untrusted. */
  files: readonly { path: string; text: string }[];
  /** `attestation` is now: a file has none. @default now */
  effectiveTime?: EffectiveTime;
  /** @default the clock */
  now?: () => Date;
  info?: boolean;
  version?: string;
}

/**
 * Judges documents of any kind by a policy.
 * @throws PolicyError InvalidInput for a file that is neither JSON nor YAML; and those of the evaluation
 */
export async function judgeFiles(policy: LoadedPolicy, options: JudgeFilesOptions): Promise<InputReport> {
  const now = (options.now ?? (() => new Date()))();
  const { effectiveTime: asked = now } = options;
  const effectiveTime = asked === 'attestation' ? now : asked;
  const files: FileReport[] = [];
  const diagnostics = new Set<string>();
  for (const { path, text } of options.files) {
    const document = read(path, text);
    const found: Judgement = { violations: [], warnings: [], successes: [], diagnostics: [] };
    for (const item of Array.isArray(document) ? document : [document]) {
      const judged = await judgeInput(policy, item, path, { ...options, effectiveTime, now });
      found.violations.push(...judged.violations);
      found.warnings.push(...judged.warnings);
      found.successes.push(...judged.successes);
      for (const text of judged.diagnostics) diagnostics.add(text);
    }
    const shown = (results: Judgement['violations']) =>
      inReportOrder(options.info ? results : results.map(withoutInfo));
    files.push({
      path,
      violations: shown(found.violations),
      warnings: shown(found.warnings),
      successes: shown(found.successes),
      success: found.violations.length === 0,
    });
  }
  return {
    success: files.every(({ success }) => success),
    files,
    policy: policy.spec,
    version: options.version ?? 'assay',
    effectiveTime,
    diagnostics: [...diagnostics],
  };
}

function read(path: string, text: string) {
  try {
    return parseDocument(text, path);
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause;
    throw new PolicyError('InvalidInput', `${path} is neither JSON nor YAML: ${cause.errors[0]!.message}`, {
      cause,
    });
  }
}
