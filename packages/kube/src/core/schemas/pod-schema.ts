import { definition, type JsonSchema } from '../../schema/json-schema.ts';
import { kindOf } from '../../schema/metadata-schema.ts';
import {
  anyObject,
  flag,
  int32,
  int64,
  list,
  listBy,
  object,
  say,
  text,
  textMap,
  time,
} from '../../schema/schema-shorthand.ts';
import { containerSchema, nameOnly } from './container-schema.ts';

/** A volume: its name, and one source. Sources are carried as they are. */
const volumeSchema = definition('io.k8s.api.core.v1.Volume', {
  ...object(
    { name: say('What volumeMounts name.', text) },
    ['name'],
    'A directory that containers can mount.',
  ),
  'x-kubernetes-preserve-unknown-fields': true,
});

const podSpec = definition(
  'io.k8s.api.core.v1.PodSpec',
  object(
    {
      volumes: say('The directories that containers can mount.', listBy(['name'], volumeSchema)),
      initContainers: say('Run one after another before the containers.', listBy(['name'], containerSchema)),
      containers: say('The steps and sidecars.', listBy(['name'], containerSchema)),
      ephemeralContainers: listBy(['name'], anyObject),
      restartPolicy: text,
      terminationGracePeriodSeconds: int64,
      activeDeadlineSeconds: int64,
      dnsPolicy: text,
      dnsConfig: anyObject,
      nodeSelector: { ...textMap, 'x-kubernetes-map-type': 'atomic' },
      serviceAccountName: say('Who the pod acts as.', text),
      serviceAccount: text,
      automountServiceAccountToken: flag,
      nodeName: text,
      hostNetwork: flag,
      hostPID: flag,
      hostIPC: flag,
      hostUsers: flag,
      shareProcessNamespace: flag,
      securityContext: anyObject,
      imagePullSecrets: listBy(['name'], nameOnly),
      hostname: text,
      subdomain: text,
      affinity: anyObject,
      schedulerName: text,
      tolerations: list(anyObject),
      hostAliases: listBy(['ip'], object({ ip: text, hostnames: list(text) }, ['ip'])),
      priorityClassName: text,
      priority: int32,
      readinessGates: list(object({ conditionType: text })),
      runtimeClassName: text,
      enableServiceLinks: flag,
      preemptionPolicy: text,
      overhead: anyObject,
      topologySpreadConstraints: list(anyObject),
      setHostnameAsFQDN: flag,
      os: object({ name: text }),
      schedulingGates: listBy(['name'], nameOnly),
      resourceClaims: listBy(['name'], anyObject),
      resources: anyObject,
    },
    ['containers'],
    'What a pod runs.',
  ),
);

const containerState = definition(
  'io.k8s.api.core.v1.ContainerState',
  object(
    {
      waiting: object({ reason: text, message: text }),
      running: object({ startedAt: time }),
      terminated: object(
        {
          exitCode: int32,
          signal: int32,
          reason: text,
          message: text,
          startedAt: time,
          finishedAt: time,
          containerID: text,
        },
        ['exitCode'],
      ),
    },
    [],
    'One of waiting, running and terminated.',
  ),
);

const containerStatus: JsonSchema = definition('io.k8s.api.core.v1.ContainerStatus', {
  ...object(
    {
      name: text,
      state: containerState,
      lastState: containerState,
      ready: flag,
      restartCount: int32,
      image: text,
      imageID: text,
      containerID: text,
      started: flag,
    },
    ['name', 'ready', 'restartCount', 'image', 'imageID'],
    'What has become of a container.',
  ),
  'x-kubernetes-preserve-unknown-fields': true,
});

const podStatus = definition('io.k8s.api.core.v1.PodStatus', {
  ...object({
    phase: say('Pending, Running, Succeeded, Failed or Unknown.', text),
    conditions: listBy(['type'], anyObject),
    message: text,
    reason: text,
    hostIP: text,
    podIP: text,
    podIPs: listBy(['ip'], object({ ip: text }, ['ip'])),
    startTime: time,
    initContainerStatuses: list(containerStatus),
    containerStatuses: list(containerStatus),
    qosClass: text,
  }),
  'x-kubernetes-preserve-unknown-fields': true,
});

export const podSchema = kindOf(
  'io.k8s.api.core.v1.Pod',
  'Pod is a group of containers that run together; here, the view of a TaskRun in execution.',
  { spec: podSpec, status: podStatus },
);
