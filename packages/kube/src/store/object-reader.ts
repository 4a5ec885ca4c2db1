import { KubeError } from '../error.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import { resourceId } from '../resource.ts';
import type { ResourceView } from '../view/resource-view.ts';
import type { ObjectTable, StoredEvent, StoredObject } from './object-table.ts';

/** Objects that a list shows together or not at all, and where the list goes on after them. */
export interface ObjectGroup {
  after: ObjectKey;
  objects: readonly StoredObject[];
}

/** Reads the objects of one resource: those in the table, or those that the table's are shown as. */
export interface ObjectReader {
  get(namespace: string, name: string): StoredObject | undefined;
  list(namespace: string | undefined, after?: ObjectKey): Iterable<ObjectGroup>;
  /** The resource in the table whose events concern these objects. */
  readonly watched: string;
  /** What an event in the table is for these objects; it is that itself when absent. */
  readonly expand?: (event: StoredEvent) => StoredEvent[];
}

export function readerOf(table: ObjectTable, resource: ResourceType): ObjectReader {
  return resource.view ? new ViewReader(table, resource, resource.view) : new TableReader(table, resource);
}

class TableReader implements ObjectReader {
  readonly watched: string;
  readonly #table: ObjectTable;

  constructor(table: ObjectTable, resource: ResourceType) {
    this.#table = table;
    this.watched = resourceId(resource);
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#table.get(this.watched, namespace, name);
  }

  *list(namespace: string | undefined, after?: ObjectKey): Generator<ObjectGroup> {
    for (const stored of this.#table.list(this.watched, namespace, after)) {
      yield { after: stored, objects: [stored] };
    }
  }
}

/** What events were made into, shared by all who watch: an event is projected once. */
const expansions = new WeakMap<StoredEvent, Map<string, StoredEvent[]>>();

class ViewReader implements ObjectReader {
  readonly watched: string;
  readonly #table: ObjectTable;
  readonly #id: string;
  readonly #view: ResourceView;

  constructor(table: ObjectTable, resource: ResourceType, view: ResourceView) {
    this.#table = table;
    this.#id = resourceId(resource);
    this.#view = view;
    this.watched = resourceId(view.source);
  }

  get(namespace: string, name: string): StoredObject | undefined {
    const names = this.#view.sourcesOf?.(name);
    const sources = names
      ? names.map((source) => this.#table.get(this.watched, namespace, source))
      : this.#table.list(this.watched, namespace);
    for (const source of sources) {
      const found = source && this.#shown(source.body).find((object) => object.name === name);
      if (found) return found;
    }
    return undefined;
  }

  *list(namespace: string | undefined, after?: ObjectKey): Generator<ObjectGroup> {
    for (const source of this.#table.list(this.watched, namespace, after)) {
      yield { after: source, objects: this.#shown(source.body) };
    }
  }

  readonly expand = (event: StoredEvent): StoredEvent[] => {
    let known = expansions.get(event);
    if (!known) {
      known = new Map();
      expansions.set(event, known);
    }
    let expanded = known.get(this.#id);
    if (!expanded) {
      expanded = this.#expand(event);
      known.set(this.#id, expanded);
    }
    return expanded;
  };

  #expand(event: StoredEvent): StoredEvent[] {
    const { version, type, namespace, name } = event;
    const previousBody =
      type === 'ADDED'
        ? undefined
        : (event.previousBody ?? this.#table.eventBefore(event.resource, namespace, name, version)?.body);
    const shown = this.#shown(event.body);
    const now = type === 'DELETED' ? [] : shown;
    // Where the log does not tell what was before, what is there now is taken to have been there.
    const before = type === 'ADDED' ? [] : previousBody === undefined ? shown : this.#shown(previousBody);
    const changes = now.flatMap((object): StoredEvent[] => {
      const was = before.find((one) => one.uid === object.uid);
      if (!was) return [{ ...this.#event(object), type: 'ADDED' }];
      if (sameButVersion(was, object) && previousBody !== undefined) return [];
      return [{ ...this.#event(object, was), type: 'MODIFIED' }];
    });
    const gone = before
      .filter((object) => !now.some((one) => one.uid === object.uid))
      .map((was): StoredEvent => {
        const last = shown.find((one) => one.uid === was.uid) ?? atVersion(was, version);
        return { ...this.#event(last, was), type: 'DELETED' };
      });
    return [...gone, ...changes].map((one) => ({ ...one, version }));
  }

  #event(object: StoredObject, before?: StoredObject): Omit<StoredEvent, 'type'> {
    const { resource, namespace, name, version, labels, body } = object;
    return {
      ...{ resource, namespace, name, version, labels, body },
      previousLabels: before?.labels,
      previousBody: before?.body,
    };
  }

  #shown(sourceBody: string): StoredObject[] {
    return this.#view.project(JSON.parse(sourceBody) as KubeObject).map((object) => {
      const { namespace = '', name = '', uid = '', labels = {}, resourceVersion } = object.metadata;
      const version = Number(resourceVersion);
      return { resource: this.#id, namespace, name, uid, version, labels, body: JSON.stringify(object) };
    });
  }
}

function sameButVersion(a: StoredObject, b: StoredObject): boolean {
  return atVersion(a, 0).body === atVersion(b, 0).body;
}

function atVersion(stored: StoredObject, version: number): StoredObject {
  const object = JSON.parse(stored.body) as KubeObject;
  object.metadata.resourceVersion = String(version);
  return { ...stored, version, body: JSON.stringify(object) };
}

/** The error for a write to what is only a view. */
export function viewIsNotWritten(resource: ResourceType): KubeError {
  const { group, plural, view } = resource;
  return new KubeError(
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {
      details: { group, kind: plural },
      hint: `${plural} are a view of ${view?.source.plural}: make one of those`,
    },
  );
}
