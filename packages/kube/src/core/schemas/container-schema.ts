import { definition } from '../../schema/json-schema.ts';
import {
  anyObject,
  flag,
  int32,
  list,
  listBy,
  object,
  quantity,
  say,
  text,
} from '../../schema/schema-shorthand.ts';

export const nameOnly = object({ name: text });

const optionalKey = object({ name: text, key: text, optional: flag }, ['key']);

const envVar = definition(
  'io.k8s.api.core.v1.EnvVar',
  object(
    {
      name: text,
      value: text,
      valueFrom: object({
        fieldRef: object({ apiVersion: text, fieldPath: text }, ['fieldPath']),
        resourceFieldRef: object({ containerName: text, resource: text, divisor: quantity }, ['resource']),
        configMapKeyRef: optionalKey,
        secretKeyRef: optionalKey,
        fileKeyRef: anyObject,
      }),
    },
    ['name'],
    'A variable of the environment.',
  ),
);

const quantities = { type: 'object', additionalProperties: quantity } as const;

export const resourceRequirements = definition(
  'io.k8s.api.core.v1.ResourceRequirements',
  object(
    {
      limits: quantities,
      requests: quantities,
      claims: listBy(['name'], object({ name: text, request: text }, ['name'])),
    },
    [],
    'How much of the machine is asked for, and how much may be used.',
  ),
);

const volumeMount = definition(
  'io.k8s.api.core.v1.VolumeMount',
  object(
    {
      name: text,
      mountPath: text,
      readOnly: flag,
      recursiveReadOnly: text,
      subPath: text,
      subPathExpr: text,
      mountPropagation: text,
    },
    ['name', 'mountPath'],
    'Where a volume appears in the container.',
  ),
);

export const containerSchema = definition(
  'io.k8s.api.core.v1.Container',
  object(
    {
      name: say('Unique in the pod.', text),
      image: say('The reference of the image.', text),
      command: say("In place of the image's entrypoint.", list(text)),
      args: list(text),
      workingDir: text,
      ports: {
        ...listBy(['containerPort', 'protocol'], {
          ...object(
            {
              name: text,
              containerPort: int32,
              protocol: { ...text, default: 'TCP' },
              hostPort: int32,
              hostIP: text,
            },
            ['containerPort'],
          ),
        }),
      },
      envFrom: list(
        object({
          prefix: text,
          configMapRef: object({ name: text, optional: flag }),
          secretRef: object({ name: text, optional: flag }),
        }),
      ),
      env: listBy(['name'], envVar),
      resources: resourceRequirements,
      resizePolicy: list(anyObject),
      restartPolicy: text,
      restartPolicyRules: list(anyObject),
      volumeMounts: listBy(['mountPath'], volumeMount),
      volumeDevices: listBy(['devicePath'], object({ name: text, devicePath: text }, ['name', 'devicePath'])),
      livenessProbe: anyObject,
      readinessProbe: anyObject,
      startupProbe: anyObject,
      lifecycle: anyObject,
      terminationMessagePath: text,
      terminationMessagePolicy: text,
      imagePullPolicy: text,
      securityContext: anyObject,
      stdin: flag,
      stdinOnce: flag,
      tty: flag,
    },
    ['name'],
    'One container of a pod.',
  ),
);
