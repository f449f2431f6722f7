import type { Bucket } from "./bucket.ts";
import type { Need, Refusal } from "./contract.ts";
import type { CredentialEntry } from "./credential_entry.ts";

/** The word for why this credential may not take the call, or undefined. Allocates nothing: it runs for each candidate of each call. */
export function memberProblem(
  entry: CredentialEntry,
  need: Need,
  now: number,
  allowTried = false,
): string | undefined {
  if (entry.dead) return "dead";
  if (!entry.credential.enabled) return "disabled";
  if (need.pinned !== undefined && need.pinned !== entry.id) return "pinned";
  if (!allowTried && need.tried.has(entry.id) && !entry.limited.has(need.model)) return "tried";
  if (entry.coolingUntil(need.model, now) > now) return "cooling";
  return entry.inFlight >= entry.slots ? "full" : undefined;
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
  entry: CredentialEntry,
  bucket: Bucket,
  need: Need,
  now: number,
  allowTried = false,
): Refusal | undefined {
  const reason = memberProblem(entry, need, now, allowTried);
  const named = { credential: entry.id, bucket: bucket.id };
  if (reason !== undefined && reason !== "full") {
    const until = reason === "cooling" ? entry.coolingUntil(need.model, now) : Infinity;
    return { ...named, reason, ...knownUntil(until) };
  }
  if (need.counted && bucket.state === "closed") {
    return { ...named, reason: bucket.reason, ...knownUntil(bucket.until) };
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

function knownUntil(until: number): { readonly until?: number } {
  return until === Infinity ? {} : { until };
}
