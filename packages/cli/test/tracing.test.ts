import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openTracing, parentOf } from '../src/factory/tracing.ts';
import { FactoryHome } from './testing/factory-home.ts';

/** What an OTLP/HTTP collector is sent, as far as it is looked at. */
interface TraceExport {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: ExportedSpan[] }[];
  }[];
}
interface ExportedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

const spans: (ExportedSpan & { service: string | undefined })[] = [];
const paths = new Set<string>();
const headers = new Set<string | undefined>();

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const collector = createServer(async (request, response) => {
  paths.add(`${request.method} ${request.url}`);
  headers.add(request.headers['x-team'] as string | undefined);
  const { resourceSpans } = JSON.parse(await bodyOf(request)) as TraceExport;
  for (const { resource, scopeSpans } of resourceSpans) {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
    for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
  }
  response.setHeader('content-type', 'application/json').end('{}');
});

let home: FactoryHome;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

before(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  home = await FactoryHome.create();
});
after(() => {
  collector.close();
  collector.closeAllConnections();
  home.remove();
});

const manifest = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: traced
  annotations: { tekton.dev/pipelinerunSpanContext: '{"traceparent":"${traceparent}"}' }
spec:
  pipelineSpec:
    tasks:
      - name: build
        taskSpec:
          steps:
            - { name: compile, image: localhost/toolbox, script: "exit 0" }
            - { name: check, image: localhost/toolbox, script: "exit 0" }
`;

test('a run is traced from its creator down to its steps and its signature, when a collector is named', async () => {
  const { port } = collector.address() as AddressInfo;
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=factory',
  };
  const { code, stderr } = await home.start(['run', '-f', home.write(manifest)], '', environment).outcome;
  assert.equal(code, 0, stderr);
  assert.deepEqual([...paths], ['POST /v1/traces']);
  assert.deepEqual([...headers], ['factory']);
  const one = (name: string) => {
    const found = spans.find((span) => span.name === name);
    assert.ok(found, `no span ${name} among ${[...new Set(spans.map((span) => span.name))].join(', ')}`);
    return found;
  };
  const pipelineRun = one('PipelineRun');
  assert.equal(pipelineRun.traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(pipelineRun.parentSpanId, 'b7ad6b7169203331');
  const taskRun = one('TaskRun');
  assert.equal(taskRun.parentSpanId, pipelineRun.spanId);
  for (const step of ['step compile', 'step check']) assert.equal(one(step).parentSpanId, taskRun.spanId);
  assert.ok(BigInt(pipelineRun.startTimeUnixNano) <= BigInt(taskRun.startTimeUnixNano));
  assert.equal(spans.filter(({ name }) => name === 'TaskRun').length, 1, 'each run is traced once');
  assert.equal(one('reconcile').service, 'assay');
  assert.equal(one('sign').service, 'assay-observer');
  const request = one('PATCH API');
  const attributes = Object.fromEntries(
    request.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
  assert.equal(attributes['http.request.method'], 'PATCH');
  assert.equal(attributes['user.name'], 'observer');
});

test('without a collector nothing is loaded, and none is asked for when it is switched off', async () => {
  const endpoint = 'http://127.0.0.1:1';
  assert.equal(await openTracing('x', {}), undefined);
  assert.equal(
    await openTracing('x', { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' }),
    undefined,
  );
  assert.equal(
    await openTracing('x', { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none' }),
    undefined,
  );
});

test('a collector that is not there keeps nobody', async () => {
  const tracing = await openTracing('x', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  tracing!.tracer.startSpan('one').end();
  const started = performance.now();
  await tracing!.close();
  assert.ok(performance.now() - started < 5000);
});

test('a traceparent that is none begins a new trace', () => {
  for (const text of [undefined, '', 'x', '00-1-2-3', {}]) assert.equal(parentOf(text), parentOf(undefined));
});
