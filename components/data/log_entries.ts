import { fields, text, time } from "./fields.ts";
import type { LogEntry } from "./views.ts";

function logFields(value: unknown): Pick<LogEntry, "fields"> | undefined {
  return typeof value === "object" && value !== null
    ? { fields: value as NonNullable<LogEntry["fields"]> }
    : undefined;
}

/** A log line as the API and the `log` event give it. */
export function logEntry(value: unknown): LogEntry | undefined {
  const row = fields(value);
  const at = time(row["at"]) ?? time(row["timestamp"]);
  if (at === undefined) return undefined;
  return {
    at,
    level: text(row["level"], "info") as LogEntry["level"],
    kind: text(row["kind"], text(row["type"])),
    message: text(row["message"]),
    ...logFields(row["fields"] ?? row["data"]),
  };
}
