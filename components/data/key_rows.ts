import { count, type Fields, fields, given, list, maybeCount, text, texts, time } from "./fields.ts";
import type { CooldownRow, KeyRow, KeyStatus } from "./views.ts";

const STATUSES: readonly string[] = ["active", "cooldown", "disabled", "dead"];

function cooldownRow(value: unknown): CooldownRow {
  const row = fields(value);
  return {
    scope: text(row["scope"]),
    kind: text(row["kind"]),
    reason: text(row["reason"]),
    ...given({ until: time(row["until"]) }),
  };
}

function optionalKeyFields(row: Fields) {
  return given({
    slots: maybeCount(row["slots"]) ?? maybeCount(row["maxConcurrent"]),
    lastUsed: time(row["lastUsed"]),
    cooldownUntil: time(row["cooldownUntil"]),
    updatedAt: maybeCount(row["updatedAt"]),
  });
}

function keyRow(value: unknown): KeyRow {
  const row = fields(value);
  const status = text(row["status"]);
  return {
    id: text(row["id"]),
    tail: text(row["tail"]),
    source: text(row["source"], "api_key"),
    label: text(row["label"]),
    email: text(row["email"]),
    project: text(row["project"]),
    tier: text(row["tier"], "free"),
    status: (STATUSES.includes(status) ? status : "active") as KeyStatus,
    reason: text(row["reason"]),
    link: text(row["link"]),
    requests: count(row["usage"], count(row["requests"])),
    errors: count(row["errors"]),
    inFlight: count(row["inFlight"]),
    priority: count(row["priority"]),
    proxy: text(row["proxy"]),
    allowModels: texts(row["allowModels"]),
    denyModels: texts(row["denyModels"]),
    cooldowns: list(row["cooldowns"]).map(cooldownRow),
    models: texts(row["models"]),
    ...optionalKeyFields(row),
  };
}

/** GET /api/keys/safe, and the payload of `stats_update`. */
export function keyRows(answer: unknown): readonly KeyRow[] {
  return list(answer, "keys", "items").map(keyRow).filter((row) => row.id !== "");
}
