/**
 * The text of a step's script file. Without an interpreter line it runs under `sh` and stops at the first error. White
 * space before `#!` counts as having one, although the kernel will then refuse the file: as in Tekton.
 */
export function scriptText(script: string): string {
  return script.trim().startsWith('#!') ? script : `#!/bin/sh\nset -e\n${script}`;
}
