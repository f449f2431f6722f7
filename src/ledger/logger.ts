import type { Settings } from "../config/mod.ts";
import { type Clock, type Json, type JsonObject, redact } from "../core/mod.ts";
import type { LogEntry, LogLevel } from "./contract.ts";
import type { EventBus } from "./event_bus.ts";
import { formatLog, isLoud, type LogRing } from "./log_ring.ts";

export interface LoggerOptions {
  readonly clock: Clock;
  /** Read again for each line: both can be changed while the program runs. */
  readonly settings: Pick<Settings, "logLevel" | "logFormat">;
  readonly print: (line: string, level: LogLevel) => void;
  readonly ring: LogRing;
  readonly bus: EventBus;
  /** Called when there is something new to write. */
  readonly wake: () => void;
}

/** Redacts log lines once, then prints, stores and sends them to listeners. */
export class Logger {
  readonly #options: LoggerOptions;

  constructor(options: LoggerOptions) {
    this.#options = options;
  }

  log(level: LogLevel, kind: string, message: string, fields?: JsonObject): void {
    const { ring, bus } = this.#options;
    if (!isLoud(level, this.#options.settings.logLevel)) return;
    const entry = this.#entry(level, kind, message, fields);
    this.#print(entry);
    ring.push(entry);
    this.#options.wake();
    if (bus.heard) bus.publish("log", logEvent(entry));
  }

  /** Only prints: for trouble with the database itself. */
  problem(what: string): (error: unknown) => void {
    return (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#print(this.#entry("error", "server", `${what}: ${reason}`));
    };
  }

  #print(entry: LogEntry): void {
    this.#options.print(formatLog(entry, this.#options.settings.logFormat), entry.level);
  }

  #entry(level: LogLevel, kind: string, message: string, fields?: JsonObject): LogEntry {
    const entry = { at: this.#options.clock.now(), level, kind, message: redact(message) };
    return fields === undefined ? entry : { ...entry, fields: redactFields(fields) };
  }
}

/** The type words of the original program's log events. */
function typeOf(entry: LogEntry): string {
  if (entry.level === "error") return "ERROR";
  if (entry.level === "warn") return "WARN";
  return { key: "KEY", request: "HTTP", pool: "PROXY", config: "MODEL" }[entry.kind] ?? "INFO";
}

/** The original program's shape of a log event, with ours beside it. */
function logEvent(entry: LogEntry): JsonObject {
  return {
    id: String(entry.at),
    type: typeOf(entry),
    level: entry.level,
    kind: entry.kind,
    message: entry.message,
    timestamp: new Date(entry.at).toTimeString().slice(0, 8),
    at: entry.at,
    data: entry.fields ?? null,
  };
}

/** Field names that may hold a secret of any form. */
const SECRET_NAME_REGEXP =
  /^(?:.*_)?(?:key|token|secret|password|passphrase|authorization|cookie)$|(?:Key|Token|Secret)$/i;

/** Fields with every text redacted, and every field that is named like a secret emptied. */
function redactFields(fields: JsonObject): JsonObject {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const named = SECRET_NAME_REGEXP.test(name) && typeof value === "string" && !value.startsWith("...");
    out[name] = named ? "[redacted]" : redactJson(value);
  }
  return out;
}

function redactJson(value: Json): Json {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactJson);
  return typeof value === "object" && value !== null ? redactFields(value as JsonObject) : value;
}
