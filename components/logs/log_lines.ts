import type { LocalClient } from "../../src/management/client.ts";
import type { LogLine as ApiLine } from "../../src/management/contract.ts";

/** A line of the log; `at` is epoch milliseconds. */
export type LogEntry = Omit<ApiLine, "at"> & { readonly at: number };

/** Lines that a page begins with. */
const MOST_LINES = 500;

/** The last lines, the oldest first. */
export async function readLogs(client: LocalClient): Promise<readonly LogEntry[]> {
  const lines = await client.logs({ limit: MOST_LINES });
  return lines.map((line) => ({ ...line, at: Date.parse(line.at) })).reverse();
}

export interface LogFilter {
  readonly words: string;
  /** Empty for every level; else this level and graver ones. */
  readonly level: string;
  readonly kind: string;
}

/** A line, and how often it came in a row. */
export interface LogLine {
  readonly entry: LogEntry;
  readonly times: number;
}

const LEVELS = ["debug", "info", "warn", "error"];

export function filterLogs(
  entries: readonly LogEntry[],
  { words, level, kind }: LogFilter,
): readonly LogEntry[] {
  const wanted = words.toLowerCase();
  const least = LEVELS.indexOf(level);
  return entries.filter((entry) =>
    LEVELS.indexOf(entry.level) >= least && (kind === "" || entry.kind === kind) &&
    (wanted === "" || `${entry.message} ${fieldsText(entry)}`.toLowerCase().includes(wanted))
  );
}

/** Each entry a line; with `fold`, equal neighbours become one line that keeps the latest time. */
export function logLines(entries: readonly LogEntry[], fold: boolean): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    const same = fold && last?.entry.message === entry.message && last.entry.kind === entry.kind;
    if (same && last) lines[lines.length - 1] = { entry, times: last.times + 1 };
    else lines.push({ entry, times: 1 });
  }
  return lines;
}

/** The fields of a line beside its message: names and values, without empty ones. */
export function fieldsText({ fields = {} }: LogEntry): string {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === null) return [];
    return [`${name} ${typeof value === "object" ? JSON.stringify(value) : value}`];
  }).join(" · ");
}

/** The lines as text, for the clipboard and for a file. */
export function logText(entries: readonly LogEntry[]): string {
  return entries.map(({ at, level, kind, message, fields }) => {
    const more = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
    return `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${
      kind.padEnd(8)
    } ${message}${more}\n`;
  }).join("");
}
