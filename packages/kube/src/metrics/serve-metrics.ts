import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { ApiMetricsOptions } from './api-metrics.ts';

/**
 * Measures the API's requests, the store and the controllers, and serves that at `/metrics` in Prometheus' text format. The
 * metrics library is loaded here. To be called before the app listens.
 * @returns the registry, for more metrics
 */
export async function serveMetrics(app: FastifyInstance, options: ApiMetricsOptions): Promise<Registry> {
  const { addApiMetrics } = await import('./api-metrics.ts');
  return addApiMetrics(app, options);
}
