import type { CredentialId, Operation, SourceName } from "../core/mod.ts";
import type { Caps } from "./caps/caps.ts";
import type { ModelStanding } from "./contract.ts";
import type { CredentialState } from "./candidates/credential_state.ts";
import { gateProblem } from "./candidates/eligibility.ts";
import { modelKeyFor } from "./candidates/model_key.ts";
import type { PoolCatalog } from "./options.ts";
import type { PoolState } from "./candidates/pool_state.ts";

export interface StandingContext {
  readonly poolState: PoolState;
  readonly caps: Caps;
  readonly catalog: PoolCatalog;
  /** Longest that a call waits, in milliseconds. */
  readonly queueMaxWait: number;
}

/** The model and the keys that are asked about. */
export interface Question {
  readonly model: string;
  readonly sources: readonly SourceName[];
  /** Only these keys; absent for all. */
  readonly among?: readonly CredentialId[] | undefined;
}

/** Why a key does not serve a model, and when it will; Infinity when only an event decides. */
interface Obstacle {
  readonly reason: string;
  readonly until: number;
}

/**
 * Reasons that neither time nor another key of the same kind changes: the model is not offered, rather than used
 * up.
 */
const NOT_OFFERED: ReadonlySet<string> = new Set(["not_on_tier", "model_gone", "wrong_model", "gone"]);
/** Reasons that only the owner can change. */
const LASTING: ReadonlySet<string> = new Set(["dead", "disabled", "denied"]);

/**
 * Reports whether a call for a model would be served now: at once, after an acceptable wait, or not. Checks
 * every key that has the model, and creates no bucket for unused ones. Changes nothing.
 */
export function standingOf(context: StandingContext, question: Question, now: number): ModelStanding {
  const { poolState, catalog, caps, queueMaxWait } = context;
  const { model, sources, among } = question;
  const credentials = among === undefined
    ? [...poolState.credentials.values()]
    : among.flatMap((id) => poolState.credentials.get(id) ?? []);
  const operation = operationOf(credentials, catalog, model);
  const modelKey = modelKeyFor(model, operation);
  const gates = new Map(sources.map((source) => [source, gateOf(poolState, source, modelKey, now)]));
  const unit = poolState.bucketUnit(model, operation);
  const obstacles: Obstacle[] = [];
  let [able, total] = [0, 0];
  for (const credentialState of credentials) {
    if (
      !sources.includes(credentialState.source) ||
      catalog.servedBy(model, credentialState.id, operation) === false
    ) continue;
    total++;
    const obstacle = obstacleOf(poolState, credentialState, {
      model,
      modelKey,
      unit,
      gate: gates.get(credentialState.source),
    }, now);
    if (obstacle === undefined) able++;
    else obstacles.push(obstacle);
  }
  const stop = caps.usedUp(model);
  const counted = { model, able: stop === undefined ? able : 0, total };
  if (stop !== undefined) return { ...counted, ...stateOf("capped", stop.until, now, queueMaxWait) };
  if (able > 0) return { ...counted, state: "open", reason: null, until: null };
  const first = firstOf(obstacles);
  if (first === undefined) return { ...counted, state: "unavailable", reason: "none", until: null };
  return { ...counted, ...stateOf(first.reason, first.until, now, queueMaxWait) };
}

function stateOf(
  reason: string,
  until: number,
  now: number,
  queueMaxWait: number,
): Pick<ModelStanding, "state" | "reason" | "until"> {
  const known = until === Infinity ? null : until;
  if (NOT_OFFERED.has(reason)) return { state: "unavailable", reason, until: known };
  if (LASTING.has(reason)) return { state: "out", reason, until: null };
  const waits = reason !== "capped" && (until === Infinity || until - now <= queueMaxWait);
  return { state: waits ? "busy" : "out", reason, until: known };
}

/** The obstacle that ends first; those without an end count only when there is no other. */
function firstOf(obstacles: readonly Obstacle[]): Obstacle | undefined {
  const rank = ({ reason }: Obstacle) => LASTING.has(reason) ? 2 : NOT_OFFERED.has(reason) ? 1 : 0;
  let first: Obstacle | undefined;
  for (const one of obstacles) {
    if (first === undefined || rank(one) < rank(first)) first = one;
    else if (rank(one) === rank(first) && one.until < first.until) first = one;
  }
  return first;
}

interface Asked {
  readonly model: string;
  readonly modelKey: string;
  readonly unit: string;
  readonly gate: Obstacle | undefined;
}

function obstacleOf(
  poolState: PoolState,
  credentialState: CredentialState,
  asked: Asked,
  now: number,
): Obstacle | undefined {
  const { model, modelKey, unit, gate } = asked;
  if (credentialState.dead !== undefined) return { reason: "dead", until: Infinity };
  if (!credentialState.credential.enabled) return { reason: "disabled", until: Infinity };
  if (!credentialState.permits(model)) return { reason: "denied", until: Infinity };
  const cooldown = credentialState.cooldowns.size === 0
    ? undefined
    : credentialState.cooldownFor(modelKey, now);
  if (cooldown !== undefined && NOT_OFFERED.has(cooldown.kind)) {
    return { reason: cooldown.kind, until: cooldown.until };
  }
  const rests = Math.max(credentialState.coolingUntil(modelKey, now), gate?.until ?? 0);
  const bucket = poolState.findBucket(credentialState, unit);
  bucket?.refresh(now);
  if (bucket?.state === "closed" && bucket.until >= rests) {
    return { reason: bucket.reason, until: bucket.until };
  }
  if (rests > now) {
    return { reason: (gate?.until ?? 0) >= rests ? gate?.reason ?? "cooling" : "cooling", until: rests };
  }
  return credentialState.inFlight >= credentialState.slots ? { reason: "full", until: Infinity } : undefined;
}

/** The reason that keeps a whole source from serving a model. */
function gateOf(
  poolState: PoolState,
  source: SourceName,
  modelKey: string,
  now: number,
): Obstacle | undefined {
  const problem = gateProblem(poolState, source, modelKey, now);
  return problem === undefined ? undefined : { reason: problem.reason, until: problem.until ?? Infinity };
}

/** A model's main operation: the first that a key can perform with it. */
function operationOf(
  credentials: readonly CredentialState[],
  catalog: PoolCatalog,
  model: string,
): Operation {
  const possible = (["generate", "embed", "predict", "live"] as const).find((operation) =>
    credentials.some((credentialState) => catalog.servedBy(model, credentialState.id, operation) !== false)
  );
  return possible ?? "generate";
}
