import type { SourceName } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { LeaseRequest, Refusal } from "../contract.ts";
import type { Said } from "./cooldown.ts";
import type { CredentialState } from "./credential_state.ts";
import { modelKeyOf } from "./model_key.ts";
import type { PoolState } from "./pool_state.ts";

/*
 * Decides whether a credential may serve a call now, and if not, why. It is all here: the gate of a whole source
 * (`gateProblem`), the credential itself (`memberProblem`), and the quota it uses (`Bucket.refresh` tells
 * whether that is open).
 */

/**
 * The reason why this credential may not take the call, or undefined. Allocates nothing for turns: it runs for
 * each candidate of each call.
 */
export function memberProblem(
  credentialState: CredentialState,
  request: LeaseRequest,
  now: number,
): string | undefined {
  if (credentialState.dead !== undefined) return "dead";
  if (!credentialState.credential.enabled) return "disabled";
  if (!isMeant(credentialState, request)) return "pinned";
  if (request.tried.has(credentialState.id)) return "tried";
  if (credentialState.coolingUntil(modelKeyOf(request), now) > now) return "cooling";
  if (spentUntil(credentialState, request, now) > now) return "spent";
  return credentialState.inFlight >= credentialState.slots ? "full" : undefined;
}

/** True unless the call is bound to other credentials. */
export function isMeant({ id }: CredentialState, { pinned, among }: LeaseRequest): boolean {
  return (pinned === undefined || pinned === id) && (among === undefined || among.has(id));
}

/**
 * The cooldown of a metric that the call would spend; most calls use none, and most credentials have none
 * exhausted.
 */
function spentMetric(credentialState: CredentialState, request: LeaseRequest, now: number) {
  if (request.spends === undefined || credentialState.cooldowns.size === 0) return undefined;
  for (const metric of request.spends()) {
    for (const scope of [`metric:${metric}`, `metric:${metric}:${request.model}`]) {
      const cooldown = credentialState.cooldowns.get(scope);
      if (cooldown !== undefined && cooldown.until > now) return cooldown;
    }
  }
  return undefined;
}

export function spentUntil(credentialState: CredentialState, request: LeaseRequest, now: number): number {
  return spentMetric(credentialState, request, now)?.until ?? 0;
}

/** When the first of its exhausted metrics resets; Infinity while none is exhausted. */
export function metricsUntil({ cooldowns }: CredentialState, now: number): number {
  let first = Infinity;
  if (cooldowns.size === 0) return first;
  for (const { scope, until } of cooldowns.values()) {
    if (until > now && until < first && scope.startsWith("metric:")) first = until;
  }
  return first;
}

/** Its cooldown for this call. */
export function cooldownOf(credentialState: CredentialState, request: LeaseRequest, now: number) {
  return credentialState.cooldownFor(modelKeyOf(request), now) ?? spentMetric(credentialState, request, now);
}

/** The reason why this bucket has no room for the call's tokens, or undefined; other reasons are in its state. */
export function tokenProblem(bucket: Bucket, request: LeaseRequest): "tokens" | "too_large" | undefined {
  if (!request.counted || bucket.tpm === undefined) return undefined;
  if (request.inputTokens > bucket.tpm.value) return "too_large";
  return bucket.window.tokens + request.inputTokens > bucket.tokenLimit && bucket.window.tokens > 0
    ? "tokens"
    : undefined;
}

/** Why this credential and its bucket would not take the call now, with the end of the reason when it is known. */
export function refusalOf(
  credentialState: CredentialState,
  bucket: Bucket,
  request: LeaseRequest,
  now: number,
): Refusal | undefined {
  const reason = memberProblem(credentialState, request, now);
  const named = { credential: credentialState.id, bucket: bucket.id };
  if (reason === "dead") return { ...named, reason, ...saidBy(credentialState.dead) };
  if (reason === "cooling" || reason === "spent") {
    return { ...named, reason, ...restOf(credentialState, request, now) };
  }
  if (reason !== undefined && reason !== "full") return { ...named, reason };
  if (bucket.state === "closed") {
    return { ...named, reason: bucket.reason, ...knownUntil(bucket.until), ...saidBy(bucket.block?.said) };
  }
  const tokens = tokenProblem(bucket, request);
  if (tokens !== undefined) {
    const until = bucket.window.tokensFreeAt(
      bucket.tokenLimit,
      Math.min(request.inputTokens, bucket.tokenLimit),
    );
    return { ...named, reason: tokens, ...knownUntil(tokens === "too_large" ? Infinity : until) };
  }
  return reason === undefined ? undefined : { ...named, reason };
}

function restOf(
  credentialState: CredentialState,
  request: LeaseRequest,
  now: number,
): Pick<Refusal, "until" | "said"> {
  const cooldown = cooldownOf(credentialState, request, now);
  if (cooldown === undefined) return knownUntil(credentialState.coolingUntil(modelKeyOf(request), now));
  return { ...(cooldown.fact || !cooldown.stated ? { until: cooldown.until } : {}), said: cooldown.said };
}

function saidBy(said: Said | undefined): { readonly said?: Said } {
  return said === undefined ? {} : { said };
}

/** 0 when calls to this source are allowed for this model, else when to check again (Infinity: when a call settles). */
export function gateUntil(poolState: PoolState, source: SourceName, modelKey: string, now: number): number {
  const route = poolState.findRoute(source, modelKey);
  const fault = poolState.sourceFaults.get(source)?.until ?? 0;
  const egress = poolState.egress?.until ?? 0;
  return Math.max(
    poolState.endpoints.get(source)?.closedUntil(now) ?? 0,
    route?.limit.closedUntil(now) ?? 0,
    fault > now ? fault : 0,
    egress > now ? egress : 0,
  );
}

/** The reason that blocks a whole source; undefined when calls are allowed. */
export function gateProblem(
  poolState: PoolState,
  source: SourceName,
  modelKey: string,
  now: number,
): Refusal | undefined {
  const until = gateUntil(poolState, source, modelKey, now);
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
    ...saidBy(poolState.findRoute(source, modelKey)?.limit.said),
  };
}

function knownUntil(until: number): { readonly until?: number } {
  return until === Infinity ? {} : { until };
}
