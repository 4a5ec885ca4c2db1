import { type Client, isKubeError, Namespaces } from '@assay/kube';
import { CliError } from '../error.ts';

/** Tells that a factory in another process has ended, which its client alone, always connecting again, does not. */
export interface FactoryEnd {
  /** Aborts with a CliError FactoryNotRunning. */
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Asks the factory from time to time; it has ended when it does not answer twice in a row, or is another one. */
export function watchFactoryEnd(client: Client, intervalMs = 500): FactoryEnd {
  const end = new AbortController();
  let failures = 0;
  const ask = async () => {
    try {
      await client.get(Namespaces, '', 'default');
      failures = 0;
    } catch (error) {
      if (isKubeError(error, 'Unavailable') || isKubeError(error, 'StoreClosed')) failures += 1;
      if (isKubeError(error, 'Unauthorized')) failures = 2;
    }
    if (failures < 2) return;
    clearInterval(timer);
    end.abort(
      new CliError('FactoryNotRunning', 'the factory ended while the run was going on', {
        hint: "start it again with 'assay up': the run is then retried, or failed with a reason",
      }),
    );
  };
  const timer = setInterval(() => void ask(), intervalMs);
  return { signal: end.signal, dispose: () => clearInterval(timer) };
}
