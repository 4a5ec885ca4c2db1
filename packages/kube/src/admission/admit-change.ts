import { isDeepStrictEqual } from 'node:util';
import type { Permit } from '../access/authorizer.ts';
import { trackUpdate } from '../apply/managed-fields.ts';
import type { ResourceType } from '../object.ts';
import { type AnyObject, apiVersionOf } from '../resource.ts';
import { schemaOfResource } from '../schema/resource-schema.ts';

/** How one write is to be made. */
export interface WriteOptions {
  /** Everything is checked, and nothing kept. */
  dryRun?: boolean;
  /**
   * Who is said to manage the fields that change; a new object is kept track of from then on. Without one the identity
   * is, in objects of which track is kept already.
   */
  fieldManager?: string;
  /** Looks at what the requester would have the object be, before anything else does, and may alter it. */
  decode?(object: AnyObject): AnyObject;
}

export interface AdmissionOptions {
  /** The resource at the version that the requester speaks. */
  served: ResourceType;
  permit: Permit;
  write: WriteOptions;
  /** Who writes: told to admission, and the field manager where none is named. */
  identity: string;
  subresource: 'status' | undefined;
  /** True when the change carries its managedFields, as an apply does. */
  applied: boolean;
  now(): number;
}

/** The object as another version of its resource has it: conversion changes the apiVersion alone. */
export function inVersion(object: AnyObject, resource: ResourceType): AnyObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function content({ metadata: _, ...rest }: AnyObject): unknown {
  return rest;
}

/** The last word on a change, in the terms of the served version: what is permitted, then the kind's own rules, then who owns what. */
export function admitChange(options: AdmissionOptions): Permit {
  const { served, permit, write, subresource } = options;
  return (change) => {
    const before = change.before && inVersion(change.before, served);
    let after = permit({ before, after: inVersion(change.after, served) });
    const metadataAlone = () => before && isDeepStrictEqual(content(before), content(after));
    if (served.admit && (served.admitsMetadata || !metadataAlone())) {
      after = served.admit(after, { old: before, subresource, requester: options.identity }) as AnyObject;
    }
    if (options.applied) return after;
    return trackUpdate(
      { before, after },
      {
        schema: schemaOfResource(served),
        manager: {
          name: write.fieldManager ?? options.identity,
          operation: 'Update',
          apiVersion: apiVersionOf(served),
          subresource,
        },
        now: options.now(),
        always: write.fieldManager !== undefined,
      },
    );
  };
}
