import type { LogEntry, LogLevel } from "./contract.ts";

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function isLoud(level: LogLevel, threshold: LogLevel): boolean {
  return RANK[level] >= RANK[threshold];
}

/** One log line as text: a JSON object, or `2026-05-04 12:34:56 WARN  pool      message key=value`. */
export function formatLog(entry: LogEntry, format: "human" | "json"): string {
  if (format === "json") {
    return oneLine(JSON.stringify({ ...entry, at: new Date(entry.at).toISOString() }));
  }
  const time = localTime(new Date(entry.at));
  const fields = Object.entries(entry.fields ?? {})
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return oneLine(
    [time, entry.level.toUpperCase().padEnd(5), entry.kind.padEnd(8), entry.message, ...fields].join(" "),
  );
}

/** `2026-05-04 12:34:56` as the machine's own clock shows it. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${
    at.toTimeString().slice(0, 8)
  }`;
}

/** Nobody can forge a line, or steer a terminal or its direction of writing, through a message or a field. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ");
}
