import type { Bucket } from "./quota/bucket.ts";
import type { Block } from "./quota/bucket_state.ts";
import type { KnownLimit } from "./quota/set_limits.ts";
import type { BucketLimitView, BucketView, CredentialView, PoolView } from "./contract.ts";
import type { CredentialState } from "./candidates/credential_state.ts";
import type { Dispatcher } from "./queue/dispatcher.ts";
import { quotaModelOf } from "./candidates/model_key.ts";
import type { PoolState } from "./candidates/pool_state.ts";
import type { Suggestions } from "./quota/suggestions.ts";

/** A view of the whole pool at one time. */
export function viewOf(
  poolState: PoolState,
  dispatcher: Dispatcher,
  suggestions: Suggestions,
  now: number,
): PoolView {
  const owners = new Map<Bucket, CredentialState[]>();
  for (const credentialState of poolState.credentials.values()) {
    for (const bucket of credentialState.buckets.values()) {
      owners.set(bucket, [...owners.get(bucket) ?? [], credentialState]);
    }
  }
  return {
    // Counts and files use no quota: their buckets are shown only while Google has closed one.
    buckets: [...owners].filter(([{ identity, block }]) =>
      quotaModelOf(identity.unit) !== undefined || (block?.until ?? 0) > now
    ).map(([bucket, credentials]) => bucketView(bucket, credentials, now)),
    credentials: [...poolState.credentials.values()].map((credentialState) =>
      credentialView(credentialState, now)
    ),
    queue: {
      length: dispatcher.length,
      oldestMs: dispatcher.oldestMs(now),
      expectedWaitMs: dispatcher.longestWait(now),
    },
    suggestions: suggestions.list(),
  };
}

function bucketView(bucket: Bucket, credentials: readonly CredentialState[], now: number): BucketView {
  bucket.refresh(now);
  const { block } = bucket;
  return {
    id: bucket.id,
    project: bucket.identity.project,
    projectKind: bucket.identity.projectKind,
    model: quotaModelOf(bucket.identity.unit) ?? bucket.identity.unit,
    source: bucket.identity.source,
    credentials: credentials.map((credentialState) => credentialState.id),
    limits: limitViews(bucket, now),
    ...(block === undefined
      ? {}
      : { coolingUntil: block.until, coolingSince: block.at, coolingReason: block.reason }),
  };
}

function limitViews(bucket: Bucket, now: number): BucketLimitView[] {
  const expiry = bucket.window.nextExpiry;
  const minute = expiry === Infinity ? {} : { resetsAt: expiry };
  const views = [
    limitView("requests_per_minute", bucket.rpm, bucket.window.requests, minute),
    limitView("tokens_per_minute", bucket.tpm, bucket.window.tokens, minute),
    limitView("requests_per_day", bucket.rpd, bucket.day.used, { resetsAt: bucket.day.endsAt }),
  ];
  const { remaining } = bucket;
  if (remaining !== undefined) {
    const resets = remaining.resetsAt === undefined ? {} : { resetsAt: remaining.resetsAt };
    const { fraction, asOf } = remaining;
    views.push({
      kind: "remaining_fraction",
      limit: 1,
      used: 1 - fraction,
      left: fraction,
      origin: "measured",
      asOf,
      ...resets,
    });
  }
  return views.map((view) => spent(view, bucket.block, now));
}

const DAILY: readonly BucketLimitView["kind"][] = ["requests_per_day", "remaining_fraction"];

/** Marks a daily quota that Google has stated to be used up: nothing is left until it resets, whatever we counted. */
function spent(view: BucketLimitView, block: Block | undefined, now: number): BucketLimitView {
  if (block?.kind !== "day" || block.until <= now || !DAILY.includes(view.kind)) return view;
  const origin = view.origin === "unknown" ? "measured" as const : view.origin;
  return { ...view, left: 0, origin, asOf: Math.max(view.asOf ?? 0, block.at), resetsAt: block.until };
}

function limitView(
  kind: BucketLimitView["kind"],
  known: KnownLimit | undefined,
  used: number,
  resets: { readonly resetsAt?: number },
): BucketLimitView {
  if (known === undefined) return { kind, used, origin: "unknown", ...resets };
  const { value, origin, asOf } = known;
  return { kind, limit: value, used, left: Math.max(0, value - used), origin, asOf, ...resets };
}

function credentialView(credentialState: CredentialState, now: number): CredentialView {
  const cooldowns = [...credentialState.cooldowns.values()].filter((one) => one.until > now)
    .map(({ scope, kind, until, reason, stated }) => ({ scope, kind, until, reason, fact: stated }));
  for (const bucket of credentialState.buckets.values()) {
    const { block } = bucket;
    if (block === undefined || block.until <= now) continue;
    const { kind, until, reason, stated } = block;
    cooldowns.push({ scope: `model:${bucket.identity.unit}`, kind, until, reason, fact: stated });
  }
  const { id, inFlight, slots, requests, errors } = credentialState;
  const dead = credentialState.dead === undefined ? {} : {
    dead: {
      reason: credentialState.dead.message,
      ...(credentialState.dead.link === undefined ? {} : { link: credentialState.dead.link }),
    },
  };
  const lastUsed = credentialState.lastUsed === 0 ? {} : { lastUsed: credentialState.lastUsed };
  return { id, inFlight, slots, requests, errors, cooldowns, ...lastUsed, ...dead };
}
