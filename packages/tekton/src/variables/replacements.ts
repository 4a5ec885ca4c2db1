import type { ParamValue } from '../types/params.ts';

/**
 * What `$(...)` stands for. A key is the text between the parentheses, exactly. An array or object is known under
 * its name; that `$(name[*])` means the same is added when replacing.
 */
export interface Replacements {
  strings: ReadonlyMap<string, string>;
  arrays: ReadonlyMap<string, readonly string[]>;
  objects: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export const noReplacements: Replacements = { strings: new Map(), arrays: new Map(), objects: new Map() };

/** The three spellings of a member: `prefix.name`, `prefix['name']`, `prefix["name"]`. */
export function spellings(prefix: string, name: string): string[] {
  return [`${prefix}.${name}`, `${prefix}['${name}']`, `${prefix}["${name}"]`];
}

/** Collects replacements; a later entry under the same key wins. */
export class ReplacementsBuilder implements Replacements {
  readonly strings = new Map<string, string>();
  readonly arrays = new Map<string, readonly string[]>();
  readonly objects = new Map<string, Readonly<Record<string, string>>>();

  /** One text under one key. */
  text(key: string, value: string): this {
    this.strings.set(key, value);
    return this;
  }

  /** A value under all spellings of `prefix.name`, with its elements (`[i]`) or keys (`.key`). */
  value(prefix: string, name: string, value: ParamValue): this {
    for (const target of spellings(prefix, name)) {
      if (typeof value === 'string') {
        this.strings.set(target, value);
      } else if (Array.isArray(value)) {
        this.arrays.set(target, value);
        for (const [index, item] of value.entries()) this.strings.set(`${target}[${index}]`, item);
      } else {
        this.objects.set(target, value);
        for (const [key, item] of Object.entries(value)) {
          this.strings.set(`${target}.${key}`, item);
          this.strings.set(`${target}[${key}]`, item);
          for (const spelled of spellings(target, key)) this.strings.set(spelled, item);
        }
      }
    }
    return this;
  }

  /** Takes over everything another set knows. */
  merge(other: Replacements): this {
    for (const [key, value] of other.strings) this.strings.set(key, value);
    for (const [key, value] of other.arrays) this.arrays.set(key, value);
    for (const [key, value] of other.objects) this.objects.set(key, value);
    return this;
  }
}

/** One set that knows what all of them know; a later one wins. */
export function mergeReplacements(...all: readonly Replacements[]): Replacements {
  const merged = new ReplacementsBuilder();
  for (const replacements of all) merged.merge(replacements);
  return merged;
}
