import { z } from 'zod';
import { envVarSchema } from './containers.ts';
import { flag, integer, jsonObject, shape, text, textMap, texts } from './shape.ts';
import { volumeSchema } from './volumes.ts';

export const podSecurityContextSchema = shape(
  {},
  {
    runAsUser: integer,
    runAsGroup: integer,
    runAsNonRoot: flag,
    fsGroup: integer,
    fsGroupChangePolicy: text,
    supplementalGroups: z.array(integer),
    supplementalGroupsPolicy: text,
    sysctls: z.array(shape({ name: text, value: text }, {})),
    seccompProfile: shape({}, { type: text, localhostProfile: text }),
    appArmorProfile: shape({}, { type: text, localhostProfile: text }),
    seLinuxOptions: jsonObject,
    seLinuxChangePolicy: text,
    windowsOptions: jsonObject,
  },
);
export type PodSecurityContext = z.infer<typeof podSecurityContextSchema>;

/** Pod-wide settings of a run. */
export const podTemplateSchema = shape(
  {},
  {
    nodeSelector: textMap,
    tolerations: z.array(
      shape({}, { key: text, operator: text, value: text, effect: text, tolerationSeconds: integer }),
    ),
    affinity: jsonObject,
    securityContext: podSecurityContextSchema,
    volumes: z.array(volumeSchema),
    runtimeClassName: text,
    automountServiceAccountToken: flag,
    dnsPolicy: text,
    dnsConfig: jsonObject,
    enableServiceLinks: flag,
    priorityClassName: text,
    schedulerName: text,
    imagePullSecrets: z.array(shape({}, { name: text })),
    hostNetwork: flag,
    hostAliases: z.array(shape({ ip: text }, { hostnames: texts })),
    hostUsers: flag,
    topologySpreadConstraints: z.array(jsonObject),
    env: z.array(envVarSchema),
  },
);
export type PodTemplate = z.infer<typeof podTemplateSchema>;
