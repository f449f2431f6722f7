import type { SourceName } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { Need, Refusal } from "../contract.ts";
import type { Said } from "./cooldown.ts";
import type { CredentialState } from "./credential_state.ts";
import { laneOf } from "./lane_name.ts";
import type { PoolState } from "./pool_state.ts";

/*
 * May this credential serve this call now, and if not, why? All of it is here: what stands before a whole source (`gateProblem`),
 * the credential itself (`memberProblem`), and the quota that it draws from (`Bucket.refresh` says whether that is open).
 */

/** The word for why this credential may not take the call, or undefined. Allocates nothing for turns: it runs for each candidate of each call. */
export function memberProblem(entry: CredentialState, need: Need, now: number): string | undefined {
  if (entry.dead !== undefined) return "dead";
  if (!entry.credential.enabled) return "disabled";
  if (!isMeant(entry, need)) return "pinned";
  if (need.tried.has(entry.id)) return "tried";
  if (entry.coolingUntil(laneOf(need), now) > now) return "cooling";
  if (spentUntil(entry, need, now) > now) return "spent";
  return entry.inFlight >= entry.slots ? "full" : undefined;
}

/** True unless the call is bound to other credentials. */
export function isMeant({ id }: CredentialState, { pinned, among }: Need): boolean {
  return (pinned === undefined || pinned === id) && (among === undefined || among.has(id));
}

/** The cooldown of a metric that the call would spend; most calls spend none, and most credentials have none used up. */
function spentMetric(entry: CredentialState, need: Need, now: number) {
  if (need.spends === undefined || entry.cooldowns.size === 0) return undefined;
  for (const metric of need.spends()) {
    for (const scope of [`metric:${metric}`, `metric:${metric}:${need.model}`]) {
      const cooldown = entry.cooldowns.get(scope);
      if (cooldown !== undefined && cooldown.until > now) return cooldown;
    }
  }
  return undefined;
}

export function spentUntil(entry: CredentialState, need: Need, now: number): number {
  return spentMetric(entry, need, now)?.until ?? 0;
}

/** When the first of its metrics that are used up may be spent again; Infinity while none is. */
export function metricsUntil({ cooldowns }: CredentialState, now: number): number {
  let first = Infinity;
  if (cooldowns.size === 0) return first;
  for (const { scope, until } of cooldowns.values()) {
    if (until > now && until < first && scope.startsWith("metric:")) first = until;
  }
  return first;
}

/** What rests it for this call. */
export function cooldownOf(entry: CredentialState, need: Need, now: number) {
  return entry.cooldownFor(laneOf(need), now) ?? spentMetric(entry, need, now);
}

/** The word for why this bucket has no room for the call's tokens, or undefined; other reasons are in its state. */
export function tokenProblem(bucket: Bucket, need: Need): "tokens" | "too_large" | undefined {
  if (!need.counted || bucket.tpm === undefined) return undefined;
  if (need.inputTokens > bucket.tpm.value) return "too_large";
  return bucket.window.tokens + need.inputTokens > bucket.tokenLimit && bucket.window.tokens > 0
    ? "tokens"
    : undefined;
}

/** Why this credential and its bucket would not take the call now, with the end of the reason when it is known. */
export function refusalOf(
  entry: CredentialState,
  bucket: Bucket,
  need: Need,
  now: number,
): Refusal | undefined {
  const reason = memberProblem(entry, need, now);
  const named = { credential: entry.id, bucket: bucket.id };
  if (reason === "dead") return { ...named, reason, ...saidBy(entry.dead) };
  if (reason === "cooling" || reason === "spent") return { ...named, reason, ...restOf(entry, need, now) };
  if (reason !== undefined && reason !== "full") return { ...named, reason };
  if (bucket.state === "closed") {
    return { ...named, reason: bucket.reason, ...knownUntil(bucket.until), ...saidBy(bucket.block?.said) };
  }
  const tokens = tokenProblem(bucket, need);
  if (tokens !== undefined) {
    const until = bucket.window.tokensFreeAt(
      bucket.tokenLimit,
      Math.min(need.inputTokens, bucket.tokenLimit),
    );
    return { ...named, reason: tokens, ...knownUntil(tokens === "too_large" ? Infinity : until) };
  }
  return reason === undefined ? undefined : { ...named, reason };
}

function restOf(entry: CredentialState, need: Need, now: number): Pick<Refusal, "until" | "said"> {
  const cooldown = cooldownOf(entry, need, now);
  if (cooldown === undefined) return knownUntil(entry.coolingUntil(laneOf(need), now));
  return { ...(cooldown.fact || !cooldown.stated ? { until: cooldown.until } : {}), said: cooldown.said };
}

function saidBy(said: Said | undefined): { readonly said?: Said } {
  return said === undefined ? {} : { said };
}

/** 0 when calls of this source may go for this lane, else when to look again (Infinity: when something settles). */
export function gateUntil(poolState: PoolState, source: SourceName, lane: string, now: number): number {
  const route = poolState.findRoute(source, lane);
  const fault = poolState.sourceFaults.get(source)?.until ?? 0;
  const egress = poolState.egress?.until ?? 0;
  return Math.max(
    poolState.endpoints.get(source)?.closedUntil(now) ?? 0,
    route?.limit.closedUntil(now) ?? 0,
    fault > now ? fault : 0,
    egress > now ? egress : 0,
  );
}

/** What stands before a whole source; undefined when calls may go. */
export function gateProblem(
  poolState: PoolState,
  source: SourceName,
  lane: string,
  now: number,
): Refusal | undefined {
  const until = gateUntil(poolState, source, lane, now);
  if (until <= now) return undefined;
  const fault = poolState.sourceFaults.get(source);
  if (fault !== undefined && fault.until > now) return { reason: "source", said: fault.said };
  if (poolState.egress !== undefined && poolState.egress.until > now) {
    return { reason: "egress", until, said: poolState.egress.said };
  }
  if ((poolState.endpoints.get(source)?.closedUntil(now) ?? 0) > 0) {
    return { reason: "endpoint", ...knownUntil(until) };
  }
  return {
    reason: "overloaded",
    ...knownUntil(until),
    ...saidBy(poolState.findRoute(source, lane)?.limit.said),
  };
}

function knownUntil(until: number): { readonly until?: number } {
  return until === Infinity ? {} : { until };
}
