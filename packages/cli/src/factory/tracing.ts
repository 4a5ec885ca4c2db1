import { type Context, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api';

/** Where spans go, when somebody has said where. */
export interface Tracing {
  tracer: Tracer;
  /** Sends what is left, and ends. */
  close(): Promise<void>;
}

const closeTimeoutMs = 3000;

/**
 * Traces over OTLP, where OpenTelemetry's environment variables name a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`, or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); undefined where they do not, and then none of its libraries is loaded.
 * @param service its name, unless `OTEL_SERVICE_NAME` gives another
 */
export async function openTracing(
  service: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Tracing | undefined> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || environment.OTEL_SDK_DISABLED === 'true' || environment.OTEL_TRACES_EXPORTER === 'none') {
    return undefined;
  }
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const name = environment.OTEL_SERVICE_NAME || service;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': name, 'process.pid': process.pid }),
    // The exporter reads the variables for endpoint, headers and time limit itself.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  return {
    tracer: provider.getTracer('assay'),
    async close() {
      // A collector that does not answer must not keep the factory.
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, closeTimeoutMs).unref());
      await Promise.race([provider.shutdown().catch(() => {}), giveUp]);
    },
  };
}

/** The parent that a `traceparent` names (W3C Trace Context, "traceparent Header"); the text is anybody's. */
export function parentOf(traceparent: unknown): Context {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(String(traceparent));
  if (!match) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = match;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
