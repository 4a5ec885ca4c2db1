import type { DifferenceCause } from './difference.ts';

/** Why two programs differ, with what stands in each. */
export interface ProgramDifference {
  cause: DifferenceCause;
  left: string;
  right: string;
}

const elfMagic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const goNote = Buffer.from([4, 0, 0, 0, 0x47, 0x6f, 0, 0]);

/**
 * Looks for the usual reasons why one source gives two programs: Go's build id, the directory of the build in paths,
 * and debug symbols. Other files just have other content.
 */
export function comparePrograms(left: Buffer, right: Buffer): ProgramDifference[] {
  if (!left.subarray(0, 4).equals(elfMagic) || !right.subarray(0, 4).equals(elfMagic)) return [];
  const found: ProgramDifference[] = [];
  const ids = [left, right].map(goBuildId);
  if (ids[0] !== ids[1]) found.push({ cause: 'build-id', left: ids[0]!, right: ids[1]! });
  const symbols = [left, right].map((program) =>
    program.includes('.debug_info') || program.includes('.symtab') ? 'with' : 'without',
  );
  if (symbols[0] !== symbols[1]) found.push({ cause: 'symbols', left: symbols[0]!, right: symbols[1]! });
  const path = firstDifferentPath(left, right);
  if (path) found.push({ cause: 'paths', ...path });
  return found;
}

/** The ELF note that Go's linker writes: sizes of owner and id, type 4, owner `Go`, id; 32-bit little-endian. */
function goBuildId(program: Buffer): string {
  const start = program.indexOf(goNote);
  if (start < 4) return '';
  const size = program.readUInt32LE(start - 4);
  const id = start + goNote.length;
  return program.toString('latin1', id, id + Math.min(size, 256));
}

/** The first absolute path of a source file that only one of the programs holds, with its counterpart. */
function firstDifferentPath(left: Buffer, right: Buffer): { left: string; right: string } | undefined {
  const paths = [left, right].map(sourcePaths);
  const only = (mine: Set<string>, others: Set<string>) => [...mine].filter((path) => !others.has(path));
  const [onlyLeft, onlyRight] = [only(paths[0]!, paths[1]!), only(paths[1]!, paths[0]!)];
  for (const path of onlyLeft) {
    const name = path.slice(path.lastIndexOf('/'));
    const counterpart = onlyRight.find((other) => other.endsWith(name));
    if (counterpart) return { left: path, right: counterpart };
  }
  return undefined;
}

function sourcePaths(program: Buffer): Set<string> {
  const paths = new Set<string>();
  for (let at = program.indexOf('.go'); at >= 0; at = program.indexOf('.go', at + 3)) {
    let start = at;
    while (start > 0 && at - start < 512 && isPathByte(program[start - 1]!)) start--;
    if (program[start] === 0x2f) paths.add(program.toString('latin1', start, at + 3));
  }
  return paths;
}

function isPathByte(byte: number): boolean {
  // Letters, digits, and - . / @ _
  return (
    (byte >= 0x2d && byte <= 0x39) ||
    (byte >= 0x40 && byte <= 0x5a) ||
    byte === 0x5f ||
    (byte >= 0x61 && byte <= 0x7a)
  );
}
