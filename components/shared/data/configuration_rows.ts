import { filledRules } from "../../../src/core/glob.ts";
import type { CapProgress, Caps, Health, Key } from "../../../src/management/contract.ts";
import { given, msOf } from "./rows.ts";
import type { CapsView, HealthView, KeyRow } from "./views.ts";

/** Rows that the first page does without. */

/** A key as the pages show it: what nobody told is empty. */
export function keyRow(key: Key): KeyRow {
  const {
    id,
    tail,
    source,
    label,
    tags,
    tier,
    status,
    errors,
    inFlight,
    slots,
    priority,
    models,
    updatedAt,
  } = key;
  return {
    id,
    tail,
    source,
    label,
    tags,
    tier,
    status,
    errors,
    inFlight,
    slots,
    priority,
    models,
    modelCount: models.length,
    updatedAt,
    email: key.email ?? "",
    project: key.project ?? "",
    reason: key.reason ?? "",
    link: key.link ?? "",
    remedy: key.remedy ?? "",
    proxy: key.proxy ?? "",
    requests: key.usage,
    ...filledRules(key),
    cooldowns: key.cooldowns.map(({ scope, kind, reason, until }) => ({
      scope,
      kind,
      reason,
      until: Date.parse(until),
    })),
    ...given({ lastUsed: msOf(key.lastUsed), cooldownUntil: msOf(key.cooldownUntil) }),
  };
}

/** Caps joined with how far they are used. */
export function capsView({ caps, resetTime, timezone }: Caps, progress: readonly CapProgress[]): CapsView {
  const byModel = new Map(progress.map((row) => [row.model, row]));
  return {
    resetTime,
    timezone,
    caps: caps.map((cap) => {
      const now = byModel.get(cap.model);
      return now === undefined ? cap : { ...cap, current: now.current, nextReset: Date.parse(now.nextReset) };
    }),
  };
}

export function healthView({ status, version, uptime, keys, models, queue }: Health): HealthView {
  const { total, active, cooldown, dead, minCooldown } = keys;
  return {
    status,
    version,
    uptimeMs: uptime * 1_000,
    keys: { total, active, cooldown, dead, minCooldownMs: minCooldown * 1_000 },
    models,
    queue,
  };
}
