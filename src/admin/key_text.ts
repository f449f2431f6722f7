/** Longest list that one request may bring. */
export const MOST_KEYS = 5_000;

/**
 * Keys out of pasted text: one a line or separated by commas, with quotes, `NAME=` in front, list marks, and comments after
 * `#` taken away. Order is kept, repeats are kept (they are reported as duplicates).
 */
export function keysIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, ""))
    .flatMap((line) => line.split(/[,;\s]+/))
    .map(bare)
    .filter((key) => key !== "");
}

function bare(piece: string): string {
  return piece
    .replace(/^export$/, "")
    .replace(/^[A-Z][A-Z0-9_]*=/, "")
    .replace(/^[-*["'`]+|["'`\]]+$/g, "");
}
