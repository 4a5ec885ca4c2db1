/** One policy, one query: what is measured. */
export interface Case {
  name: string;
  size: number;
  policy: string;
  /** Binds `answer`. */
  query: string;
  data?: Record<string, unknown>;
  input?: unknown;
  /** The same answer computed by plain JavaScript over plain data: what no interpreter can beat. */
  floor?: () => unknown;
}

export type Make = (size: number) => Omit<Case, 'name' | 'size'>;

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export function fields<T>(count: number, make: (index: number) => T, prefix = ''): Record<string, T> {
  return Object.fromEntries(times(count, (index) => [`${prefix}${index}`, make(index)]));
}

export const test = (body: string): string => `package test\n\n${body}\n`;

/** A name, sizes, and the case of each size. */
export type Family = [name: string, sizes: number[], make: Make];
