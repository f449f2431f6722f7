import { count, fields, list, maybeCount, text, time } from "./fields.ts";
import type { CallDetail, CallRecord, HealthView, RequestsView, StatsView } from "./views.ts";

function queueView(value: unknown): HealthView["queue"] {
  const row = fields(value);
  return {
    length: count(value, count(row["length"])),
    oldestMs: count(row["oldestMs"]),
    expectedWaitMs: count(row["expectedWaitMs"]),
  };
}

/** GET /api/health with a token. `uptime` and `minCooldown` come in seconds. */
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
      minCooldownMs: count(keys["minCooldown"]) * 1000,
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

/** GET /api/stats. */
export function statsView(answer: unknown): StatsView {
  const row = fields(answer);
  return {
    requests: count(row["totalRequests"]),
    errors: count(row["totalErrors"]),
    tokens: count(fields(fields(row["totals"])["tokens"])["total"]),
    days: Object.entries(fields(row["daily"])).map(([day, value]) => ({
      day,
      requests: count(fields(value)["requests"]),
      errors: count(fields(value)["errors"]),
    })).sort((a, b) => a.day < b.day ? -1 : 1),
    models: byCount(row["models"]),
  };
}

const NO_CALL = {
  attempts: [],
  warnings: [],
  agent: "",
  session: "",
  client: "owner",
  operation: "",
  dialect: "",
  queuedMs: 0,
  requestBytes: 0,
};

/** A call record from the API, or the short form in a `request` event; undefined when it has no id. */
export function callRecord(value: unknown): CallRecord | undefined {
  const row = fields(value);
  if (text(row["id"]) === "") return undefined;
  const tokens = maybeCount(row["tokens"]);
  const short = {
    modelAsked: text(row["model"]),
    ...(tokens === undefined ? {} : { usage: { totalTokens: tokens } }),
  };
  return { ...NO_CALL, ...short, ...row, at: time(row["at"]) ?? 0 } as unknown as CallRecord;
}

function keptText(value: unknown) {
  const row = fields(value);
  return { text: text(row["text"]), whole: row["whole"] === true };
}

/** GET /api/requests/{id}. */
export function callDetail(value: unknown): CallDetail | undefined {
  const { bodies: kept, ...row } = fields(value);
  const call = callRecord(row);
  const bodies = fields(kept);
  if (call === undefined || bodies["request"] === undefined) return call;
  const reply = bodies["reply"] === undefined ? {} : { reply: keptText(bodies["reply"]) };
  return { ...call, bodies: { path: text(bodies["path"]), request: keptText(bodies["request"]), ...reply } };
}

export function callRecords(rows: readonly unknown[]): readonly CallRecord[] {
  return rows.map(callRecord).filter((row) => row !== undefined);
}

/** GET /api/requests. */
export function requestsView(answer: unknown): RequestsView {
  const items = callRecords(list(answer, "requests"));
  return { items, cursor: text(fields(answer)["cursor"]) };
}
