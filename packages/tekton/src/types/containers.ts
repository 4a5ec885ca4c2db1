import { z } from 'zod';
import { paramSchema, stepRefSchema, stepResultSpecSchema, whenExpressionSchema } from './params.ts';
import { duration, flag, integer, jsonObject, shape, text, textOrNumber, texts } from './shape.ts';
import { workspaceUsageSchema } from './workspaces.ts';

const keySelector = shape({}, { name: text, key: text, optional: flag });

export const envVarSchema = shape(
  { name: text },
  {
    value: text,
    valueFrom: shape(
      {},
      {
        secretKeyRef: keySelector,
        configMapKeyRef: keySelector,
        fieldRef: shape({ fieldPath: text }, { apiVersion: text }),
        resourceFieldRef: shape({ resource: text }, { containerName: text, divisor: textOrNumber }),
        fileKeyRef: jsonObject,
      },
    ),
  },
);
export type EnvVar = z.infer<typeof envVarSchema>;

const reference = shape({}, { name: text, optional: flag });
export const envFromSchema = shape({}, { prefix: text, configMapRef: reference, secretRef: reference });
export type EnvFromSource = z.infer<typeof envFromSchema>;

export const volumeMountSchema = shape(
  { name: text, mountPath: text },
  {
    subPath: text,
    subPathExpr: text,
    readOnly: flag,
    mountPropagation: text,
    recursiveReadOnly: text,
  },
);
export type VolumeMount = z.infer<typeof volumeMountSchema>;

/** Requests and limits, quantities as text or number. */
export const resourceRequirementsSchema = shape(
  {},
  {
    limits: z.record(z.string(), textOrNumber),
    requests: z.record(z.string(), textOrNumber),
    claims: z.array(jsonObject),
  },
);
export type ResourceRequirements = z.infer<typeof resourceRequirementsSchema>;

export const securityContextSchema = shape(
  {},
  {
    runAsUser: integer,
    runAsGroup: integer,
    runAsNonRoot: flag,
    privileged: flag,
    allowPrivilegeEscalation: flag,
    readOnlyRootFilesystem: flag,
    capabilities: shape({}, { add: texts, drop: texts }),
    procMount: text,
    seccompProfile: shape({}, { type: text, localhostProfile: text }),
    appArmorProfile: shape({}, { type: text, localhostProfile: text }),
    seLinuxOptions: jsonObject,
    windowsOptions: jsonObject,
  },
);
export type SecurityContext = z.infer<typeof securityContextSchema>;

const container = {
  image: text,
  command: texts,
  args: texts,
  workingDir: text,
  env: z.array(envVarSchema),
  envFrom: z.array(envFromSchema),
  computeResources: resourceRequirementsSchema,
  volumeMounts: z.array(volumeMountSchema),
  volumeDevices: z.array(jsonObject),
  imagePullPolicy: text,
  securityContext: securityContextSchema,
};

/** Defaults for every step of a Task. */
export const stepTemplateSchema = shape({}, container);
export type StepTemplate = z.infer<typeof stepTemplateSchema>;

const streamSchema = shape({}, { path: text });

/** One container of a Task, run in order. */
export const stepSchema = shape(
  {},
  {
    name: text,
    displayName: text,
    ...container,
    script: text,
    timeout: duration,
    workspaces: z.array(workspaceUsageSchema),
    onError: text,
    stdoutConfig: streamSchema,
    stderrConfig: streamSchema,
    ref: stepRefSchema,
    params: z.array(paramSchema),
    results: z.array(stepResultSpecSchema),
    when: z.array(whenExpressionSchema),
  },
);
export type Step = z.infer<typeof stepSchema>;

/** A Kubernetes probe; the handlers that a local run can do are typed. */
export const probeSchema = shape(
  {},
  {
    exec: shape({}, { command: texts }),
    httpGet: shape(
      {},
      {
        path: text,
        port: textOrNumber,
        host: text,
        scheme: text,
        httpHeaders: z.array(shape({ name: text, value: text }, {})),
      },
    ),
    tcpSocket: shape({}, { port: textOrNumber, host: text }),
    grpc: jsonObject,
    initialDelaySeconds: integer,
    timeoutSeconds: integer,
    periodSeconds: integer,
    successThreshold: integer,
    failureThreshold: integer,
    terminationGracePeriodSeconds: integer,
  },
);
export type Probe = z.infer<typeof probeSchema>;

/** A container that runs beside the steps. */
export const sidecarSchema = shape(
  { name: text },
  {
    ...container,
    ports: z.array(
      shape({}, { name: text, containerPort: integer, hostPort: integer, hostIP: text, protocol: text }),
    ),
    livenessProbe: probeSchema,
    readinessProbe: probeSchema,
    startupProbe: probeSchema,
    lifecycle: jsonObject,
    terminationMessagePath: text,
    terminationMessagePolicy: text,
    stdin: flag,
    stdinOnce: flag,
    tty: flag,
    script: text,
    workspaces: z.array(workspaceUsageSchema),
    restartPolicy: text,
  },
);
export type Sidecar = z.infer<typeof sidecarSchema>;
