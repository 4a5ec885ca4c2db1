import type { TraceEvent } from '../evaluate/trace.ts';
import type { Module } from '../syntax/ast.ts';
import { termText } from '../values/term-text.ts';
import { branchesOf } from './walk-literals.ts';

/** Which events an explanation shows: all, or notes (`trace`) or failures with what led to them. */
export type ExplainMode = 'full' | 'notes' | 'fails' | 'debug';

/** An event whose variables were taken when it happened. */
export type RecordedEvent = TraceEvent;

/** Keeps the events of an evaluation. */
export class TraceRecorder {
  readonly events: RecordedEvent[] = [];
  readonly #most: number;

  /** @param most events kept; the ones after are dropped */
  constructor(most = 1_000_000) {
    this.#most = most;
  }

  event(event: TraceEvent): void {
    if (event.node === 'generated' || this.events.length >= this.#most) return;
    const locals = event.locals();
    this.events.push({ ...event, locals: () => locals });
  }
}

/** The events that a mode shows. */
export function filterTrace(events: readonly RecordedEvent[], mode: ExplainMode): RecordedEvent[] {
  if (mode === 'debug') return [...events];
  if (mode === 'full') return events.filter(({ op }) => op !== 'Index');
  const wanted = mode === 'notes' ? 'Note' : 'Fail';
  return lineage(events, ({ op }) => op === wanted);
}

/** The events that a test accepts, each after the beginnings of the bodies that led to it and were not shown yet. */
export function lineage(
  events: readonly RecordedEvent[],
  accepts: (event: RecordedEvent) => boolean,
): RecordedEvent[] {
  const found: RecordedEvent[] = [];
  const open = new Map<number, RecordedEvent>();
  for (const event of events) {
    if (accepts(event)) {
      const path = [event];
      for (let id = event.queryId; open.has(id); ) {
        const begun = open.get(id)!;
        open.delete(id);
        path.push(begun);
        id = begun.parentId;
      }
      found.push(...path.reverse());
    }
    if (event.op === 'Enter') open.set(event.queryId, event);
  }
  return found;
}

export interface TraceTextOptions {
  /** The query's text, for events of the query itself. */
  query?: string;
  /** Show the variables of each literal. */
  variables?: boolean;
}

const widestPlace = 64;

/** Events as OPA prints them: the place, bars for the depth, the operation and what it was done to. */
export function traceText(
  events: readonly RecordedEvent[],
  modules: readonly Module[],
  options: TraceTextOptions = {},
): string {
  const texts = new NodeTexts(modules, options.query ?? '');
  const depths = new Map<number, number>();
  const places = events.map(({ location }) => `${location.file || 'query'}:${location.row}`);
  const width = Math.min(widestPlace, Math.max(0, ...places.map((place) => place.length)));
  const lines = events.map((event, index) => {
    let depth = depths.get(event.queryId);
    if (depth === undefined) {
      depth = (depths.get(event.parentId) ?? 0) + 1;
      depths.set(event.queryId, depth);
    }
    const begins = event.op === 'Enter' || (event.op === 'Redo' && event.node !== 'expression');
    const bars = '| '.repeat(begins ? depth - 1 : depth);
    const place = places[index]!;
    const shown = place.length > width ? `...${place.slice(3 - width)}` : place.padEnd(width);
    const message = event.message === undefined ? '' : ` ${JSON.stringify(event.message)}`;
    const what = event.op === 'Note' ? '' : ` ${texts.of(event)}`;
    return `${shown} ${bars}${event.op}${what}${message}${options.variables ? variables(event) : ''}`;
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function variables(event: RecordedEvent): string {
  if (event.node !== 'expression') return '';
  const values = [...event.locals()].map(([name, value]) => `${name}: ${cut(termText(value))}`);
  return values.length === 0 ? '' : ` {${values.join(', ')}}`;
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

/** What an event happened to: a rule's path, or the text of a literal on one line. */
class NodeTexts {
  readonly #sources = new Map<string, string>();
  readonly #rules = new Map<string, string>();

  constructor(modules: readonly Module[], query: string) {
    this.#sources.set('', query);
    for (const module of modules) {
      this.#sources.set(module.file, module.source);
      for (const rule of module.rules) {
        const name = rule.head.reference.name.name;
        const path = ['data', ...module.package.path, name].join('.');
        for (const { location, head } of branchesOf(rule)) {
          for (const { start } of [location, head.location]) this.#rules.set(`${module.file}:${start}`, path);
        }
      }
    }
  }

  of({ node, location }: RecordedEvent): string {
    const { file, start, end } = location;
    const rule = node === 'rule' ? this.#rules.get(`${file}:${start}`) : undefined;
    return rule ?? (this.#sources.get(file) ?? '').slice(start, end).replace(/\s+/g, ' ');
  }
}
