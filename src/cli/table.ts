/** Rows with aligned columns, two spaces apart; the first row is the heading. Colours do not count as width. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, width(cell)));
  }
  return rows.map((row) =>
    row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell))).join("  ").trimEnd()
  );
}

// deno-lint-ignore no-control-regex
const COLOUR_REGEXP = /\x1b\[[0-9;]*m/g;

/** Columns that a text takes. */
export function width(text: string): number {
  return [...text.replace(COLOUR_REGEXP, "")].length;
}
