/**
 * What Kubernetes does to `command`, `args` and `env[].value` after Tekton: `$(NAME)` becomes the variable's value,
 * `$$` a single `$` (so `$$(NAME)` is the text `$(NAME)`), and an unknown `$(NAME)` stays.
 */
export function expandText(text: string, env: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  let out = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar === text.length - 1) return out + text.slice(at);
    out += text.slice(at, dollar);
    const next = text[dollar + 1];
    const end = next === '(' ? text.indexOf(')', dollar) : -1;
    if (next === '$') {
      out += '$';
      at = dollar + 2;
    } else if (end > 0) {
      const name = text.slice(dollar + 2, end);
      out += env.get(name) ?? text.slice(dollar, end + 1);
      at = end + 1;
    } else {
      out += text.slice(dollar, dollar + (next === '(' ? 2 : 1));
      at = dollar + (next === '(' ? 2 : 1);
    }
  }
  return out;
}

/** `expandText` for a command line. */
export function expandContainerVariables(
  texts: readonly string[],
  env: ReadonlyMap<string, string>,
): string[] {
  return texts.map((text) => expandText(text, env));
}

/**
 * A container's environment in order, each value expanded by the ones before it; a later duplicate wins.
 * `initial` holds what `envFrom` brings.
 */
export function expandEnvironment(
  variables: readonly { name: string; value: string }[],
  initial: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const env = new Map(initial);
  for (const { name, value } of variables) env.set(name, expandText(value, env));
  return env;
}
