import type { Controller, ObjectKey } from '@assay/kube';
import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { Tracing } from './tracing.ts';

export interface TraceReconcilesOptions {
  /** @default `reconcile` */
  name?: string;
  /** What came of one; when it gives undefined, there is no span. @default nothing is added */
  outcome?(key: ObjectKey): Attributes | undefined;
}

/** The same controllers, with a span for each reconcile. */
export function traceReconciles<T>(
  controllers: readonly T[],
  tracing: Tracing | undefined,
  options: TraceReconcilesOptions = {},
): T[] {
  if (!tracing) return [...controllers];
  const { name = 'reconcile', outcome = () => ({}) } = options;
  return controllers.map((controller) => {
    const traced = controller as Controller;
    const reconcile: Controller['reconcile'] = async (key, object) => {
      const startTime = Date.now();
      const write = (more: Attributes, error?: unknown) => {
        const attributes = {
          'assay.controller': traced.name,
          'k8s.namespace.name': key.namespace,
          'assay.object.name': key.name,
          ...more,
        };
        const span = tracing.tracer.startSpan(name, { startTime, attributes });
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        span.end();
      };
      try {
        const result = await traced.reconcile(key, object);
        const attributes = outcome(key);
        if (attributes) write(attributes);
        return result;
      } catch (error) {
        write(outcome(key) ?? {}, error);
        throw error;
      }
    };
    return { ...traced, reconcile } as T;
  });
}
