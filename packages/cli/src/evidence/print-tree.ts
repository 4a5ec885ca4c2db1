import { printable, type Style } from '../terminal/style.ts';
import type { EvidenceTree, TreeTask } from './evidence-tree.ts';

/** A line with lines below it. */
interface Branch {
  text: string;
  below?: Branch[];
}

/** The tree as text, one line an entry. */
export function treeText(tree: EvidenceTree, style: Style): string {
  const branches: Branch[] = [
    ...tree.builds.flatMap((build) => [
      ...build.sources.map(({ uri, digest }) => ({ text: `source    ${printable(uri)} at ${digest}` })),
      {
        text: `build     run ${printable(build.run)} on ${printable(build.builder ?? 'an unnamed builder')}, signed by ${build.signer}`,
        below: build.tasks.map((task) => taskBranch(task, build.tasks, style)),
      },
    ]),
    {
      text: 'evidence',
      below: tree.attestations.map(({ predicateType, signer, form }) => ({
        text: signer
          ? `${style('green', '✔')} ${printable(predicateType)} (${form}), signed by ${signer}`
          : `${style('yellow', '?')} ${printable(predicateType)} (${form}), signed by no known key`,
      })),
    },
    ...tree.verdicts.map(({ result, verifier, policy, time }) => ({
      text: `verdict   ${style(result === 'PASSED' ? 'green' : 'red', printable(result))} by ${printable(verifier)}, policy ${printable(policy)}, ${printable(time)}`,
    })),
    ...tree.releases.map(({ release, author, target, tags, time }) => ({
      text: `release   ${printable(release)} by ${printable(author)} to ${printable(target)} as ${printable(tags.join(', ') || 'its digest')}, ${printable(time)}`,
    })),
  ];
  return [style('bold', printable(tree.image)), ...lines(branches)].join('\n');
}

function taskBranch(task: TreeTask, all: readonly TreeTask[], style: Style): Branch {
  const mark = task.trusted ? style('green', '✔') : style('red', '✖');
  const givers = (address: string) => all.find(({ gives }) => gives.some((edge) => edge.address === address));
  return {
    text: `${mark} ${printable(task.pipelineTask)}  ${style('dim', printable(task.written || task.task))}  ${printable(task.reason)}`,
    below: [
      ...task.takes.map(({ name, address }) => {
        const giver = givers(address);
        const origin = giver ? `from ${giver.pipelineTask}` : style('red', 'made by no task of this build');
        return { text: `takes ${printable(name)} ${origin}  ${style('dim', printable(address))}` };
      }),
      ...task.gives.map(({ name, address }) => ({
        text: `gives ${printable(name)}  ${style('dim', printable(address))}`,
      })),
    ],
  };
}

function lines(branches: readonly Branch[]): string[] {
  return branches.flatMap(({ text, below = [] }, index) => {
    const last = index === branches.length - 1;
    const inner = lines(below).map((line) => `${last ? '   ' : '│  '}${line}`);
    return [`${last ? '└─ ' : '├─ '}${text}`, ...inner];
  });
}
