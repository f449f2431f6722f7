import { filledRules } from "../../src/core/glob.ts";
import type { CallRecord as ApiCall, Key } from "../../src/management/contract.ts";
import type { CapProgress, Caps, Health, Requests, Stats } from "../../src/management/contract.ts";
import type {
  CallRecord,
  CapsView,
  HealthView,
  KeyRow,
  RecentCall,
  RequestsView,
  StatsView,
} from "./views.ts";

/** `{name: value}` without the entries whose value is null or undefined, for optional properties. */
export function given<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries) as { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> };
}

/** A moment as pages calculate with it. */
export function msOf(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : Date.parse(time);
}

/** A key as the pages show it: what nobody told is empty. */
export function keyRow(key: Key): KeyRow {
  const { id, tail, source, label, tier, status, errors, inFlight, slots, priority, models, updatedAt } = key;
  return {
    id,
    tail,
    source,
    label,
    tier,
    status,
    errors,
    inFlight,
    slots,
    priority,
    models,
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

export function statsView({ totalRequests, totalErrors, totals, daily, models }: Stats): StatsView {
  return {
    requests: totalRequests,
    errors: totalErrors,
    tokens: totals.tokens.total,
    days: Object.entries(daily).map(([day, { requests, errors }]) => ({ day, requests, errors }))
      .sort((a, b) => a.day < b.day ? -1 : 1),
    models: Object.entries(models).map(([model, requests]) => ({ model, requests }))
      .sort((a, b) => b.requests - a.requests),
  };
}

/** A call of a list. */
export function callRow(call: ApiCall): CallRecord {
  const attempts = call.attempts.map((one) => ({ ...one, startedAt: Date.parse(one.startedAt) }));
  // The same fields; the pages' type names ids by their kind.
  return { ...call, at: Date.parse(call.at), attempts } as unknown as CallRecord;
}

/** What the Overview needs of a call of a list. */
export function recentCall(call: CallRecord): RecentCall {
  const { id, at, agent, modelAsked, outcome, totalMs, usage } = call;
  const attempts = call.attempts.map(({ credential, startedAt, failure }) => ({
    credential,
    startedAt,
    ...given({ failure }),
  }));
  return { id, at, agent, modelAsked, outcome, totalMs, tokens: usage?.totalTokens ?? 0, attempts };
}

/** A call as a `request` event tells of it. */
export interface ShortCall extends Omit<RecentCall, "modelAsked" | "attempts"> {
  readonly model: string;
  readonly attempts: readonly (Pick<RecentCall["attempts"][number], "credential" | "startedAt"> & {
    readonly failure: RecentCall["attempts"][number]["failure"] | null;
  })[];
}

export function freshCall(
  { id, at, agent, model, outcome, totalMs, tokens, attempts }: ShortCall,
): RecentCall {
  return {
    id,
    at,
    agent,
    modelAsked: model,
    outcome,
    totalMs,
    tokens,
    attempts: attempts.map(({ credential, startedAt, failure }) => ({
      credential,
      startedAt,
      ...given({ failure }),
    })),
  };
}

export function requestsView({ items, next }: Requests): RequestsView {
  return { items: items.map(callRow), cursor: next ?? "" };
}
