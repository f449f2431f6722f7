import type { CallRecord, Json, JsonObject } from "../core/mod.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One line of the log. `message` and `fields` have passed redact(). */
export interface LogEntry {
  readonly at: number;
  readonly level: LogLevel;
  /** request, pool, key, oauth, job, config, server, update, alert. */
  readonly kind: string;
  readonly message: string;
  readonly fields?: JsonObject;
}

/** Names of the original program's events, and of ours. */
export type LiveEventName =
  | "stats_update"
  | "stats_update_full"
  | "traffic_update"
  | "log"
  | "usage:cap-warning"
  | "usage:cap-exceeded"
  | "usage:cap-updated"
  | "pool_update"
  | "request"
  | "alert"
  /** Events were left out for this listener: it must read its data again. */
  | "missed";

export interface LiveEvent {
  readonly id: number;
  readonly name: LiveEventName;
  readonly data: Json;
}

/** The ledger's interface for recording. Recording never waits and never throws on the request path. */
export interface Ledger {
  /** Counts one finished call and keeps its record; persisted within a second, and before anything is read. */
  record(call: CallRecord): void;
  log(level: LogLevel, kind: string, message: string, fields?: JsonObject): void;
  /** Pushes an event to every listener (coalesced, at most 10 a second to each). */
  publish(name: LiveEventName, data: Json): void;
  /** Writes what is pending now. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
