import type { Clock } from '@assay/kube';
import type { Container, Pod } from '@assay/sandbox';
import type { Probe, Sidecar } from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';

/** What a probe does once. */
export type ProbeCheck =
  | { kind: 'exec'; command: string[] }
  | { kind: 'tcp'; host?: string; port: number }
  | { kind: 'http'; host?: string; port: number; tls: boolean; request: string };

/** A Kubernetes probe with its defaults in place; times in milliseconds. */
export interface PlannedProbe {
  check: ProbeCheck;
  initialDelayMs: number;
  periodMs: number;
  timeoutMs: number;
  successThreshold: number;
  failureThreshold: number;
}

export interface PlannedProbes {
  startup?: PlannedProbe;
  readiness?: PlannedProbe;
  liveness?: PlannedProbe;
}

/**
 * The probes of a sidecar; undefined when it has none.
 * @throws CannotStart for a probe without a handler that can be done here, or with a port that is not there
 */
export function planProbes(sidecar: Sidecar): PlannedProbes | undefined {
  const { startupProbe, readinessProbe, livenessProbe } = sidecar;
  if (!startupProbe && !readinessProbe && !livenessProbe) return undefined;
  return {
    ...(startupProbe && { startup: planProbe(startupProbe, sidecar) }),
    ...(readinessProbe && { readiness: planProbe(readinessProbe, sidecar) }),
    ...(livenessProbe && { liveness: planProbe(livenessProbe, sidecar) }),
  };
}

function planProbe(probe: Probe, sidecar: Sidecar): PlannedProbe {
  const seconds = (value: number | undefined, otherwise: number) => (value || otherwise) * 1000;
  return {
    check: planCheck(probe, sidecar),
    initialDelayMs: seconds(probe.initialDelaySeconds, 0),
    periodMs: seconds(probe.periodSeconds, 10),
    timeoutMs: seconds(probe.timeoutSeconds, 1),
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

function planCheck({ exec, httpGet, tcpSocket, grpc }: Probe, sidecar: Sidecar): ProbeCheck {
  if (exec) return { kind: 'exec', command: exec.command ?? [] };
  if (tcpSocket) {
    return {
      kind: 'tcp',
      ...(tcpSocket.host && { host: tcpSocket.host }),
      port: portOf(tcpSocket.port, sidecar),
    };
  }
  if (!httpGet) {
    const what = grpc ? 'a grpc probe is not available here' : 'a probe needs exec, httpGet or tcpSocket';
    throw new CannotStart('PodCreationFailed', `sidecar "${sidecar.name}": ${what}`);
  }
  const { path = '/', host, scheme = 'HTTP', httpHeaders = [] } = httpGet;
  const port = portOf(httpGet.port, sidecar);
  const given = new Set(httpHeaders.map(({ name }) => name.toLowerCase()));
  const own = [
    { name: 'Host', value: `${host ?? '127.0.0.1'}:${port}` },
    { name: 'User-Agent', value: 'kube-probe/1.33' },
    { name: 'Accept', value: '*/*' },
    { name: 'Connection', value: 'close' },
  ].filter(({ name }) => !given.has(name.toLowerCase()));
  const headers = [...own, ...httpHeaders].map(({ name, value }) => `${name}: ${value}\r\n`);
  if ([path, ...headers].some((line) => /[\r\n](?!\n?$)/.test(line)))
    throw new CannotStart(
      'PodCreationFailed',
      `sidecar "${sidecar.name}": a probe's header holds a line break`,
    );
  const request = `GET ${path.startsWith('/') ? path : `/${path}`} HTTP/1.1\r\n${headers.join('')}\r\n`;
  return { kind: 'http', ...(host && { host }), port, tls: scheme.toUpperCase() === 'HTTPS', request };
}

function portOf(port: string | number | undefined, sidecar: Sidecar): number {
  const number =
    typeof port === 'string' && !/^\d+$/.test(port)
      ? sidecar.ports?.find(({ name }) => name === port)?.containerPort
      : Number(port);
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new CannotStart(
      'PodCreationFailed',
      `sidecar "${sidecar.name}" has no port ${JSON.stringify(port)}`,
    );
  }
  return number;
}

/** Readiness is asked at least as often as this: unlike a cluster's kubelet we have few to ask. */
const readinessMs = 1000;

/**
 * Runs a container's probes as the kubelet does: the others wait for the start-up probe, and a container that does not
 * start up or is not alive is killed.
 * @returns a promise that resolves when the container is ready, or has ended
 */
export function runProbes(
  probes: PlannedProbes,
  container: Container,
  pod: Pod,
  clock: Clock,
): Promise<void> {
  const ended = new AbortController();
  void container.exit.then(() => ended.abort());
  const prober = new Prober(container, pod, clock, ended.signal);
  const { startup, readiness, liveness } = probes;
  const kill = () => void container.stop(0);
  const ready = (async () => {
    if (startup && !(await prober.succeeded(startup))) {
      kill();
      await container.exit;
      return;
    }
    if (liveness) void prober.failed(liveness).then((failed) => failed && kill());
    if (readiness) {
      const periodMs = Math.min(readiness.periodMs, readinessMs);
      await prober.succeeded({ ...readiness, periodMs, failureThreshold: Number.POSITIVE_INFINITY });
    }
  })();
  return Promise.race([ready, container.exit.then(() => {})]);
}

class Prober {
  readonly #container: Container;
  readonly #pod: Pod;
  readonly #clock: Clock;
  readonly #ended: AbortSignal;

  constructor(container: Container, pod: Pod, clock: Clock, ended: AbortSignal) {
    this.#container = container;
    this.#pod = pod;
    this.#clock = clock;
    this.#ended = ended;
  }

  /** Whether the probe succeeds often enough before it fails too often; true when the container ends before that. */
  async succeeded(probe: PlannedProbe): Promise<boolean> {
    const outcome = await this.#until(probe, (successes, failures) => {
      if (successes >= probe.successThreshold) return true;
      return failures >= probe.failureThreshold ? false : undefined;
    });
    return outcome ?? true;
  }

  /** Resolves with true when the probe has failed too often, with false when the container ends before that. */
  async failed(probe: PlannedProbe): Promise<boolean> {
    return (
      (await this.#until(probe, (_successes, failures) =>
        failures >= probe.failureThreshold ? true : undefined,
      )) ?? false
    );
  }

  async #until(
    probe: PlannedProbe,
    decide: (successes: number, failures: number) => boolean | undefined,
  ): Promise<boolean | undefined> {
    let successes = 0;
    let failures = 0;
    await this.#sleep(probe.initialDelayMs);
    while (!this.#ended.aborted) {
      if (await this.#check(probe)) {
        successes += 1;
        failures = 0;
      } else {
        failures += 1;
        successes = 0;
      }
      const decided = decide(successes, failures);
      if (decided !== undefined) return decided;
      await this.#sleep(probe.periodMs);
    }
    return undefined;
  }

  async #check({ check, timeoutMs }: PlannedProbe): Promise<boolean> {
    try {
      if (check.kind === 'exec') return await this.#exec(check.command, timeoutMs);
      const { port } = check;
      const host = check.host === undefined ? {} : { host: check.host };
      if (check.kind === 'tcp') return (await this.#pod.request({ ...host, port, timeoutMs })) !== undefined;
      const { tls, request } = check;
      const answer = await this.#pod.request({ ...host, port, tls, send: request, timeoutMs });
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer?.toString('latin1') ?? '')?.[1];
      return status !== undefined && Number(status) >= 200 && Number(status) < 400;
    } catch {
      // A command that is not there, or a container that has just ended.
      return false;
    }
  }

  async #exec(args: string[], timeoutMs: number): Promise<boolean> {
    const running = await this.#container.exec({ args });
    const cancel = this.#clock.setTimer(() => running.kill(), timeoutMs);
    const code = await running.exit;
    cancel();
    return code === 0;
  }

  #sleep(ms: number): Promise<void> {
    if (ms === 0 || this.#ended.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(resolve, ms);
      this.#ended.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}
