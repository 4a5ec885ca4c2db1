import { type ApiServer, openServingCertificate } from '@assay/kube';
import type { Home } from '../home.ts';
import { apiPort } from './api-address.ts';

const checkIntervalMs = 12 * 60 * 60_000;

/**
 * Serves the API on the loopback with TLS, under the home's authority, and renews the certificate while it does.
 * @returns the URL, and what ends the renewal
 */
export async function serveWithTls(
  api: ApiServer,
  home: Home,
  onError: (error: unknown) => void,
): Promise<{ url: string; stop(): void }> {
  let tls = await openServingCertificate(home.access);
  const url = await api.listen({ port: await apiPort(home), tls });
  const timer = setInterval(() => {
    if (Date.now() < tls.renewAt) return;
    openServingCertificate(home.access).then((renewed) => {
      tls = renewed;
      api.renewCertificate(renewed);
    }, onError);
  }, checkIntervalMs);
  timer.unref();
  return { url, stop: () => clearInterval(timer) };
}
