import type { Command } from 'commander';
import type { CheckFlags } from '../check/check-build.ts';
import { outputOption } from '../terminal/output.ts';

const collect = (value: string, earlier: string[]) => [...earlier, value];

export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      "before a push: build a repository as its pipeline does, and give the gate's verdict on the image",
    )
    .argument('[directory]', 'in the git working tree to build', '.')
    .option('-f, --file <file...>', "files or directories in place of the tree's .tekton")
    .option('--pipeline <file>', 'a file with the Pipeline, beside them')
    .option('-p, --param <name=value>', 'set a param of the PipelineRun', collect, [])
    .requiredOption(
      '--policy <policy>',
      'the policy: a file, a git reference, [NAMESPACE/]NAME in the running factory, or itself',
    )
    .option('--image-map <file>', 'YAML of image patterns to the images to run instead')
    .addOption(outputOption())
    .option('--keep', 'keep the throw-away factory, to look at the build')
    .addHelpText(
      'after',
      `
The files are built as they are, committed or not. Nothing leaves this machine by the build's own account: it has no
logins, and its param output-image is pointed at a registry that is removed afterwards.

Exit codes: 0 the image passes, 3 the policy denies it, 1 the build failed or there is no verdict, 2 wrong usage,
124 the build timed out, 130 interrupted.

Examples:
  assay check --policy policy.yaml
  assay check ../app --policy production/trusted -p 'image={{ registry }}/app:check'`,
    )
    .action(async (directory: string, flags: CheckFlags) => {
      const { checkBuild } = await import('../check/check-build.ts');
      await checkBuild(directory, flags);
    });
}
