/** `text` indented, its lines broken at spaces so that they are at most `width` columns where words allow. */
export function wrapped(text: string, width: number, indent: string): string {
  const room = width - indent.length;
  return text
    .split('\n')
    .flatMap((line) => brokenLine(line, room))
    .map((line) => indent + line)
    .join('\n');
}

function brokenLine(line: string, room: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const piece of line.match(/\s*\S+/g) ?? []) {
    if (current !== '' && current.length + piece.length > room) {
      lines.push(current);
      current = piece.trimStart();
    } else current += piece;
  }
  lines.push(current);
  return lines;
}
