/** Pipelines as Code's pattern, https://pipelinesascode.com/docs/guides/creating-pipelines/ on dynamic variables. */
const pattern = /\{\{([^}]{2,})\}\}/g;

/** A name as Pipelines as Code has them: what a script writes between braces for a program of its own mostly is none. */
const variable = /^[a-z_][\w.\-["'\]]*$/i;

export interface FilledText {
  text: string;
  /** Variables that have no value here, each once: they stay as they are. */
  unfilled: string[];
}

/**
 * Puts values in place of `{{ name }}` before the text is read as YAML, as Pipelines as Code does, so that a value may
 * stand without quotes.
 */
export function fillVariables(text: string, values: Readonly<Record<string, string>>): FilledText {
  const unfilled = new Set<string>();
  const filled = text.replace(pattern, (whole, inner: string) => {
    const name = inner.trim();
    if (Object.hasOwn(values, name)) return values[name]!;
    if (variable.test(name)) unfilled.add(name);
    return whole;
  });
  return { text: filled, unfilled: [...unfilled] };
}
