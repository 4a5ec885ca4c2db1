import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** The whole package as one script for browsers, which leaves its exports in the global `rego`. */
export async function bundleForBrowsers(): Promise<{ code: string; imports: string[]; warnings: string[] }> {
  const warnings: string[] = [];
  const build = await rolldown({
    input: join(import.meta.dirname, '../src/index.ts'),
    platform: 'browser',
    onLog: (level, log) => {
      if (level === 'warn') warnings.push(log.message);
    },
  });
  const { output } = await build.generate({
    format: 'iife',
    name: 'rego',
    minify: true,
    codeSplitting: false,
  });
  await build.close();
  const [chunk] = output;
  return { code: chunk.code, imports: [...chunk.imports, ...chunk.dynamicImports], warnings };
}
