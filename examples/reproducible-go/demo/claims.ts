import { bold } from './command.ts';

/** What the demo says of itself, in the order it was shown. */
const claims: { text: string; shown: string; held: boolean }[] = [];

/** Starts a new part of the demo. */
export function act(title: string, text: string): void {
  console.log(`\n${bold(`== ${title}`)}\n${text}\n`);
}

/** Keeps a claim for the table at the end. A claim that does not hold fails the demo, after all acts were played. */
export function claim(text: string, held: boolean, shown: string): void {
  claims.push({ text, shown, held });
  console.log(`${held ? '✔' : '✖'} ${text}: ${shown}`);
}

/** Prints the table of claims. @returns true when all held */
export function printClaims(elapsedMs: number): boolean {
  console.log(`\n${bold('== What was shown')}\n`);
  const width = Math.max(...claims.map(({ text }) => text.length));
  for (const { text, shown, held } of claims)
    console.log(`${held ? '✔' : '✖'} ${text.padEnd(width)}  ${shown}`);
  const held = claims.filter((item) => item.held).length;
  console.log(`\n${held} of ${claims.length} claims held, in ${(elapsedMs / 1000).toFixed(1)} s`);
  return held === claims.length;
}
