import { filledRules } from "../../../src/core/glob.ts";
import type { Key } from "../../../src/management/contract.ts";
import { given, msOf } from "../given.ts";
import type { KeyRow } from "../views.ts";

/** A key as the pages show it: unknown fields are empty. */
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
    retried,
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
    retried,
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
