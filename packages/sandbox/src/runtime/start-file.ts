/** What the guard does for one container; paths as the guard sees them. */
export interface StartSteps {
  /** Working directory: overlay options name layers relative to it. */
  home: string;
  overlay: string;
  rootDir: string;
  /** The named pipe of the output. */
  output: string;
  log: string;
  command: string[];
}

/**
 * The shell text that the guard sources: it mounts the root and becomes the runtime. Failures
 * before that go to the runtime's log, so that they are told from what the container's process does.
 */
export function startFile(steps: StartSteps): string {
  const log = quote(steps.log);
  const failed = (what: string): string => `|| { echo ${quote(what)} >>${log}; exit 125; }`;
  return [
    '(',
    `cd ${quote(steps.home)} ${failed('entering the sandbox directory failed')}`,
    `mount -t overlay -o ${quote(steps.overlay)} overlay ${quote(steps.rootDir)} 2>>${log} || exit 125`,
    `exec ${steps.command.map(quote).join(' ')} </dev/null >${quote(steps.output)} 2>&1 3>&-`,
    ')',
    'code=$?',
    '',
  ].join('\n');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
