import { isWildcard } from './intermediate.ts';

/** How a name came to stand in a scope. */
export type Occurrence = 'argument' | 'seen' | 'assigned' | 'declared';

interface Entry {
  to: string;
  occurrence: Occurrence;
  uses: number;
}

const already: Record<Occurrence, (name: string) => string> = {
  seen: (name) => `var ${name} referenced above`,
  assigned: (name) => `var ${name} assigned above`,
  declared: (name) => `var ${name} declared above`,
  argument: (name) => `arg ${name} redeclared`,
};

/** The scopes of one rule: which names are declared where, and what they are called after renaming. */
export class Scopes {
  #levels: Map<string, Entry>[] = [new Map()];
  /** Names that a body declares somewhere hide rules and imports in all of that body. */
  #hiding: ReadonlySet<string>[] = [];
  #made = 0;

  /** A fresh name for the compiler's own use. */
  generate(): string {
    this.#made += 1;
    return `#${this.#made}`;
  }

  push(hiding: ReadonlySet<string>): void {
    this.#levels.push(new Map());
    this.#hiding.push(hiding);
  }

  /** Leaves a scope; returns its entries. */
  pop(): ReadonlyMap<string, Entry> {
    this.#hiding.pop();
    return this.#levels.pop() as Map<string, Entry>;
  }

  /** Names that hide rules and imports from here on, without a scope of their own: those of a rule's body. */
  hide(names: ReadonlySet<string>): void {
    this.#hiding.push(names);
  }

  /** The entries of the innermost scope. */
  entries(): ReadonlyMap<string, Entry> {
    return this.#top();
  }

  hides(name: string): boolean {
    return this.#hiding.some((names) => names.has(name)) || this.#find(name)?.occurrence === 'argument';
  }

  /** What a name is called here; notes the use. */
  use(name: string): string {
    const entry = this.#find(name);
    if (entry) {
      entry.uses += 1;
      return entry.to;
    }
    if (!isWildcard(name)) this.#top().set(name, { to: name, occurrence: 'seen', uses: 1 });
    return name;
  }

  /** Whether a name was renamed by a declaration. */
  declared(name: string): boolean {
    const entry = this.#find(name);
    return entry !== undefined && entry.to !== name;
  }

  /** Declares a name in the innermost scope; returns what it is called, or why it cannot be declared. */
  declare(name: string, occurrence: Occurrence): { to: string } | { problem: string } {
    const entry = this.#top().get(name);
    if (entry) return { problem: already[entry.occurrence](name) };
    this.#made += 1;
    const to = `${name}#${this.#made}`;
    this.#top().set(name, { to, occurrence, uses: 1 });
    return { to };
  }

  /** An argument of a function: the same name may stand there twice. */
  argument(name: string): string {
    const entry = this.#top().get(name);
    if (entry) {
      entry.uses += 1;
      return entry.to;
    }
    const result = this.declare(name, 'argument');
    return 'to' in result ? result.to : name;
  }

  /** A copy whose innermost scope holds the arguments alone. */
  withArgumentsOnly(): Scopes {
    const copy = new Scopes();
    copy.#made = this.#made;
    copy.#levels = [new Map([...this.#top()].filter(([, entry]) => entry.occurrence === 'argument'))];
    return copy;
  }

  #find(name: string): Entry | undefined {
    for (let i = this.#levels.length - 1; i >= 0; i -= 1) {
      const entry = this.#levels[i]?.get(name);
      if (entry) return entry;
    }
    return undefined;
  }

  #top(): Map<string, Entry> {
    return this.#levels.at(-1) as Map<string, Entry>;
  }
}
