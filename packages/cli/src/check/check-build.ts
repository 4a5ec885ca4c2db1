import { readFileSync } from 'node:fs';
import { publishWorkingTree } from '@assay/source';
import { loadImageMap } from '../factory/image-map.ts';
import { homeRoot, loadTektonConfig, type TektonConfig } from '../factory/tekton-config.ts';
import { openHome } from '../home.ts';
import { printExplanations } from '../policy/print-explanations.ts';
import { exitWithVerdict } from '../policy/verdict-exit.ts';
import { openPolicyWorkplace, readPolicy } from '../policy/workplace.ts';
import { writeReports } from '../policy/write-reports.ts';
import type { OutputFormat } from '../terminal/output.ts';
import { formatElapsed, printable } from '../terminal/style.ts';
import { executeBuild } from './execute-build.ts';
import { judgeBuild } from './judge-build.ts';
import { type LentRegistry, lendRegistry, lentSocket } from './lend-registry.ts';
import { type Build, readBuild } from './read-build.ts';
import { type InterruptGuard, removeOnInterrupt } from './remove-on-interrupt.ts';
import { stockImages } from './stock-images.ts';
import { createThrowAwayHome, type ThrowAwayHome } from './throw-away-home.ts';
import { openWorkingTree, pushVariables, type WorkingTree } from './working-tree.ts';

export interface CheckFlags {
  file?: string[];
  pipeline?: string;
  param: string[];
  policy: string;
  imageMap?: string;
  output?: OutputFormat;
  keep?: boolean;
}

/**
 * Builds a working tree in a factory made for it, judges what it built, and sets the exit code.
 * @throws CliError, PolicyError when there is no build, or no verdict
 */
export async function checkBuild(directory: string, flags: CheckFlags): Promise<void> {
  const tree = await openWorkingTree(directory);
  const throwAway = await createThrowAwayHome();
  const guard = removeOnInterrupt(throwAway, flags.keep === true);
  try {
    await buildAndJudge(tree, flags, throwAway, guard);
  } finally {
    guard.dispose();
    if (flags.keep) tell(`kept: ASSAY_HOME=${throwAway.home.root}`);
    else remove(throwAway);
  }
}

async function buildAndJudge(
  tree: WorkingTree,
  flags: CheckFlags,
  throwAway: ThrowAwayHome,
  guard: InterruptGuard,
): Promise<void> {
  const { home } = throwAway;
  const own = openHome();
  const imageMap = flags.imageMap === undefined ? undefined : loadImageMap(flags.imageMap);
  const mapText = flags.imageMap === undefined ? [] : [readFileSync(flags.imageMap, 'utf8')];
  const place = await openPolicyWorkplace(own);
  let lent: LentRegistry | undefined;
  try {
    // What a typing error can spoil comes before what takes time.
    const policy = await readPolicy(flags, place);
    const tekton = await loadTektonConfig(homeRoot());
    const build = await readTree(tree, flags, throwAway, tekton);
    const texts = [...build.texts, ...flags.param, ...mapText];
    lent = await lendRegistry(own, lentSocket(home), [...texts, JSON.stringify(policy)]);
    const started = performance.now();
    await stockImages(home, texts);
    tell(`a throw-away factory is ready (${formatElapsed(performance.now() - started)})`);
    const ended = await executeBuild(
      build,
      {
        home,
        tekton: lent ? allowing(tekton, lent.host) : tekton,
        ...(imageMap && { imageMap }),
        ...(lent && { neighbours: [lent.neighbour] }),
      },
      guard,
    );
    if (typeof ended === 'number') {
      tell('there is no verdict: the build did not succeed');
      process.exitCode = ended;
      return;
    }
    const report = await judgeBuild(ended, policy, throwAway, place);
    const view = { showSuccesses: false, showWarnings: true, showPolicyDocsLink: false };
    writeReports(report, [{ format: flags.output ?? 'text' }], view);
    printExplanations(report.components);
    exitWithVerdict(report.success, { strict: true });
  } finally {
    await lent?.close();
    place.close();
  }
}

/** The tree's build, with the tree served by the throw-away factory. */
async function readTree(
  tree: WorkingTree,
  flags: CheckFlags,
  { home, registryHost }: ThrowAwayHome,
  tekton: TektonConfig,
): Promise<Build> {
  const { directory, name, branch } = tree;
  const published = await publishWorkingTree({ root: home.repositories, name, directory, branch });
  const changed = published.uncommitted ? ', uncommitted changes included' : '';
  tell(`checking ${directory} at ${published.commit.slice(0, 12)}${changed}`);
  const url = `http://${registryHost}/git/${name}.git`;
  return readBuild({
    ...{ tree, registryHost, tekton, params: flags.param },
    variables: pushVariables(tree, { url, commit: published.commit, registryHost, namespace: 'default' }),
    ...(flags.file && { files: flags.file }),
    ...(flags.pipeline !== undefined && { pipeline: flags.pipeline }),
    onNote: (text) => tell(`note: ${text}`),
  });
}

/** The user's own factory may be asked for definitions, as by runs on it. */
function allowing(tekton: TektonConfig, host: string): TektonConfig {
  const { resolvers } = tekton;
  if (!resolvers) return tekton;
  return { ...tekton, resolvers: { ...resolvers, allowedHosts: [...resolvers.allowedHosts, host] } };
}

/** A verdict stands, whatever becomes of the files: a step of another user may have left some that are not ours to remove. */
function remove(throwAway: ThrowAwayHome): void {
  try {
    throwAway.remove();
  } catch (error) {
    tell(`note: ${throwAway.home.root} is not wholly removed: ${(error as Error).message}`);
  }
}

function tell(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
