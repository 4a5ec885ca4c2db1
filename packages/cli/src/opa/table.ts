/** Rows in a box, the headers centred, as OPA's tables are. Cells may have several lines. */
export function tableText(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [...(headers.length > 0 ? [headers] : []), ...rows];
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const line = (left: string, middle: string, right: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  let text = line('┌', '┬', '┐');
  if (headers.length > 0) {
    const titles = headers.map((title, column) => centred(title, widths[column]!));
    text += `│ ${titles.join(' │ ')} │\n${line('├', '┼', '┤')}`;
  }
  for (const row of rows) {
    const padded = widths.map((width, column) => padTo(row[column] ?? '', width));
    text += `│ ${padded.join(' │ ')} │\n`;
  }
  return text + line('└', '┴', '┘');
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

function padTo(text: string, width: number): string {
  return text + ' '.repeat(width - widthOf(text));
}

function centred(text: string, width: number): string {
  const space = width - widthOf(text);
  const left = Math.floor(space / 2);
  return ' '.repeat(left) + text + ' '.repeat(space - left);
}
