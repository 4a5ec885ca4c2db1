import type { ApiServer } from '@assay/kube';
import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { parentOf, type Tracing } from './tracing.ts';

/** A span for each request to the API, below that of the client where it names one. Watches are left out: they last. */
export function traceRequests({ app }: ApiServer, { tracer }: Tracing): void {
  const spans = new WeakMap<object, Span>();
  app.addHook('onRequest', async (request) => {
    const [path = '', query = ''] = request.url.split('?');
    if (new URLSearchParams(query).has('watch')) return;
    const attributes = { 'http.request.method': request.method, 'url.path': path };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = tracer.startSpan(`${request.method} API`, options, parentOf(request.headers.traceparent));
    spans.set(request, span);
  });
  app.addHook('onResponse', async (request, reply) => {
    const span = spans.get(request);
    if (!span) return;
    span.setAttributes({
      'http.response.status_code': reply.statusCode,
      'user.name': request.identity.name,
    });
    if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}
