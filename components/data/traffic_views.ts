import { count, fields, given, list, maybeCount, text, time } from "./fields.ts";
import type { CallRecord, HealthView, LogEntry, RequestsView, StatsView } from "./views.ts";

function queueView(value: unknown): HealthView["queue"] {
  const row = fields(value);
  return {
    length: count(value, count(row["length"])),
    oldestMs: count(row["oldestMs"]),
    expectedWaitMs: count(row["expectedWaitMs"]),
  };
}

/** GET /api/health with a token. `uptime` comes in seconds. */
export function healthView(answer: unknown): HealthView {
  const row = fields(answer);
  const keys = fields(row["keys"]);
  const models = row["models"];
  return {
    status: text(row["status"], "unknown"),
    version: text(row["version"]),
    uptimeMs: count(row["uptime"]) * 1000,
    keys: {
      total: count(keys["total"]),
      active: count(keys["active"]),
      cooldown: count(keys["cooldown"]),
      dead: count(keys["dead"]),
      ...given({ minCooldownMs: maybeCount(keys["minCooldown"]) }),
    },
    models: Array.isArray(models) ? models.length : count(models),
    queue: queueView(row["queue"]),
  };
}

function byCount(value: unknown): StatsView["models"] {
  return Object.entries(fields(value))
    .map(([model, row]) => ({
      model,
      requests: count(row, count(fields(row)["requests"], count(fields(row)["totalRequests"]))),
    }))
    .sort((a, b) => b.requests - a.requests);
}

function tokenSum(value: unknown): number {
  if (typeof value === "number") return value;
  const row = fields(value);
  return count(row["total"], count(row["totalTokens"], count(row["input"]) + count(row["output"])));
}

/** GET /api/stats. */
export function statsView(answer: unknown): StatsView {
  const row = fields(answer);
  return {
    requests: count(row["totalRequests"]),
    errors: count(row["totalErrors"]),
    tokens: tokenSum(row["tokens"] ?? row["totalTokens"]),
    days: Object.entries(fields(row["daily"])).map(([day, value]) => ({
      day,
      requests: count(fields(value)["requests"]),
      errors: count(fields(value)["errors"]),
    })).sort((a, b) => a.day < b.day ? -1 : 1),
    models: byCount(row["models"]),
  };
}

/** A call record as the API and the `request` event give it; undefined when it has no id. */
export function callRecord(value: unknown): CallRecord | undefined {
  const row = fields(value);
  if (text(row["id"]) === "") return undefined;
  const defaults = {
    attempts: [],
    warnings: [],
    agent: "",
    session: "",
    client: "owner",
    operation: "",
    dialect: "",
  };
  return { ...defaults, ...row, at: time(row["at"]) ?? 0 } as unknown as CallRecord;
}

export function callRecords(rows: readonly unknown[]): readonly CallRecord[] {
  return rows.map(callRecord).filter((row) => row !== undefined);
}

function totalsOf(items: readonly CallRecord[]): RequestsView["totals"] {
  return {
    requests: items.length,
    ok: items.filter((item) => item.outcome === "ok").length,
    tokens: items.reduce((sum, item) => sum + (item.usage?.totalTokens ?? 0), 0),
    meanMs: items.length === 0 ? 0 : items.reduce((sum, item) => sum + item.totalMs, 0) / items.length,
  };
}

/** GET /api/requests. */
export function requestsView(answer: unknown): RequestsView {
  const row = fields(answer);
  const items = callRecords(list(answer, "items", "requests", "records"));
  const totals = fields(row["totals"]);
  const own = totalsOf(items);
  const requests = count(totals["requests"], count(totals["count"], own.requests));
  return {
    items,
    cursor: text(row["cursor"]) || text(row["next"]) || text(row["nextCursor"]),
    totals: {
      requests,
      ok: count(
        totals["ok"],
        maybeCount(totals["failed"]) === undefined ? own.ok : requests - count(totals["failed"]),
      ),
      tokens: count(totals["tokens"], count(totals["totalTokens"], own.tokens)),
      meanMs: count(totals["meanMs"], count(totals["meanTotalMs"], own.meanMs)),
    },
  };
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
    ...(row["fields"] === undefined ? {} : { fields: row["fields"] as NonNullable<LogEntry["fields"]> }),
  };
}
