import {
  type Credential,
  type CredentialId,
  type Failure,
  type Healing,
  ok,
  type Result,
} from "../core/mod.ts";
import type { AttemptHistory, Lease, Need, Verdict } from "../pool/contract.ts";
import type { Upstream } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { clientGone, shuttingDown } from "./failures.ts";
import type { AttemptTrail, CallTrail } from "./trail.ts";

/** Failures other than dead keys after which a call gives up, whatever the verdicts say. */
const MOST_ATTEMPTS = 24;
/** Retries are worth this much time even where nobody may queue. */
const LEAST_PATIENCE_MS = 10_000;

/** One try on one credential: what it is given, and what it must return. */
export interface Try {
  readonly lease: Lease;
  readonly credential: Credential;
  readonly upstream: Upstream;
  readonly trail: AttemptTrail;
  readonly client: ClientWatch;
  /** Which of the source's hosts to ask, from 0. */
  readonly host: number;
  /** Repairs that earlier tries of this call asked for. */
  readonly healings: readonly Healing[];
}
export type TryOnce<Value> = (attempt: Try) => Promise<Result<Value, Failure>>;

export interface AttemptsInput {
  readonly need: Omit<Need, "tried">;
  readonly trail: CallTrail;
  readonly client: ClientWatch;
  /** Repairs that the caller can make; default: all. */
  readonly cures?: ReadonlySet<Healing["kind"]>;
  /** Keys that are not asked; default: none. */
  readonly avoid?: ReadonlySet<CredentialId>;
}

/** A value and the lease it was made under; whoever takes it settles the lease. */
export interface Served<Value> {
  readonly value: Value;
  readonly lease: Lease;
  readonly attempt: AttemptTrail;
}

/** What the loop remembers between tries. */
interface Progress {
  /** Keys that are not asked again; those to avoid from the start, and one more after each failure that says so. */
  tried: ReadonlySet<CredentialId>;
  readonly classes: string[];
  readonly healings: Healing[];
  refreshed: ReadonlySet<CredentialId>;
  pinned: CredentialId | undefined;
  sameKeyRetries: number;
  last: Failure | undefined;
}

const NONE: ReadonlySet<CredentialId> = new Set();

/**
 * Asks one credential after another until one gives the value, the verdict says stop, or nothing can serve.
 * Only for the time before the commit point: nothing of a failed try has reached the client.
 */
export async function runAttempts<Value>(
  deps: RelayDeps,
  input: AttemptsInput,
  tryOnce: TryOnce<Value>,
): Promise<Result<Served<Value>, Failure>> {
  const progress: Progress = {
    tried: input.avoid ?? NONE,
    classes: [],
    healings: [],
    refreshed: NONE,
    pinned: input.need.pinned,
    sameKeyRetries: 0,
    last: undefined,
  };
  while (true) {
    const need = needOf(input, progress);
    // Most calls find a key at once, and then nobody needs to watch whether the client leaves.
    const free = deps.pool.tryAcquire(need);
    const leased = free === undefined ? await acquire(deps, input, need, progress) : ok(free);
    if (!leased.ok) return leased;
    const lease = leased.value;
    const attempt = input.trail.begin(lease, need.model);
    const result = await tryLease(deps, { lease, trail: attempt, client: input.client }, progress, tryOnce);
    if (result.ok) return ok({ value: result.value, lease, attempt });
    const stop = await digest(deps, input, progress, lease, attempt, result.error);
    if (stop) return { ok: false, error: stop };
  }
}

function needOf({ need }: AttemptsInput, { tried, pinned }: Progress): Need {
  return pinned === undefined ? { ...need, tried } : { ...need, tried, pinned };
}

async function acquire(
  deps: RelayDeps,
  input: AttemptsInput,
  need: Need,
  progress: Progress,
): Promise<Result<Lease, Failure>> {
  const { signal } = input.client;
  input.trail.waiting = { need, since: deps.ports.clock.now() };
  try {
    const got = await deps.pool.acquire(need, { signal });
    if (got.kind === "lease") return ok(got);
    // What Google said last explains more than an empty pool does, unless the pool knows when it ends.
    return { ok: false, error: got.failure.until === undefined ? progress.last ?? got.failure : got.failure };
  } catch (cause) {
    if (signal.aborted) return { ok: false, error: clientGone(signal) };
    if (deps.shutdown.aborted) return { ok: false, error: shuttingDown() };
    throw cause;
  } finally {
    input.trail.waiting = undefined;
  }
}

/** Another host of the same source may answer where one cannot be reached, refuses without a reason or does not know the model. */
const HOST_FAULTS: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "ambiguous_429",
  "model_gone",
  "unknown",
]);

/** Hosts of a source differ in whom they serve too: one refuses a caller whom the other takes. */
function mayMove({ class: name, code }: Failure): boolean {
  return HOST_FAULTS.has(name) || (name === "not_on_tier" && code === "permission_denied");
}

/** Asks with one lease, at one host of its source after another. */
async function tryLease<Value>(
  deps: RelayDeps,
  base: Pick<Try, "lease" | "trail" | "client">,
  { refreshed, healings }: Progress,
  tryOnce: TryOnce<Value>,
): Promise<Result<Value, Failure>> {
  const { lease } = base;
  let { credential } = lease;
  const upstream = deps.upstreams.get(credential.source);
  if (upstream === undefined) throw new Error(`No upstream for source ${credential.source}`);
  try {
    if (credential.source !== "api_key") {
      const ready = await deps.ready(credential, refreshed.has(credential.id));
      if (!ready.ok) return ready;
      credential = ready.value;
    }
    for (let host = 0;; host++) {
      const result = await tryOnce({ ...base, credential, upstream, host, healings });
      if (result.ok || host + 1 >= upstream.hosts || !mayMove(result.error)) return result;
    }
  } catch (cause) {
    lease[Symbol.dispose]();
    throw cause;
  }
}

/** Applies a failed try; returns the failure to answer with when the call is over. */
async function digest(
  deps: RelayDeps,
  input: AttemptsInput,
  progress: Progress,
  lease: Lease,
  attempt: AttemptTrail,
  failure: Failure,
): Promise<Failure | undefined> {
  const history: AttemptHistory = {
    attempt: progress.classes.length + 1,
    sameKeyRetries: progress.sameKeyRetries,
    classes: [...progress.classes],
  };
  const verdict = lease.fail(failure, history);
  lease[Symbol.dispose]();
  attempt.end(failure, verdict.note);
  progress.last = failure;
  progress.classes.push(failure.class);
  if (failure.class === "client_gone") return failure;
  if (healable(progress, failure, input.cures)) {
    progress.healings.push(failure.heal!);
    progress.pinned = lease.credential.id;
    return undefined;
  }
  if (verdict.next === "stop" || spent(progress) || late(deps, input)) return failure;
  follow(progress, lease, verdict, failure, input.need.pinned);
  return verdict.delayMs > 0 ? await pause(deps, input.client.signal, verdict.delayMs) : undefined;
}

function healable(progress: Progress, failure: Failure, cures: AttemptsInput["cures"]): boolean {
  const { heal } = failure;
  return heal !== undefined && (cures?.has(heal.kind) ?? true) &&
    !progress.healings.some((done) => JSON.stringify(done) === JSON.stringify(heal)) &&
    progress.healings.length < 4;
}

/** A client that was willing to wait QUEUE_MAX_WAIT for a key is not made to wait longer for one that fails. */
function late({ ports, settings }: RelayDeps, { trail }: AttemptsInput): boolean {
  return ports.clock.now() - trail.facts.at > Math.max(settings.queueMaxWait, LEAST_PATIENCE_MS);
}

function spent(progress: Progress): boolean {
  return progress.classes.filter((name) => name !== "credential_dead").length >= MOST_ATTEMPTS;
}

function follow(
  progress: Progress,
  lease: Lease,
  verdict: Verdict,
  failure: Failure,
  pinned: CredentialId | undefined,
): void {
  const { id } = lease.credential;
  if (verdict.next === "same") {
    if (failure.class === "credential_stale") progress.refreshed = withOne(progress.refreshed, id);
    progress.pinned = id;
    progress.sameKeyRetries++;
    return;
  }
  progress.pinned = pinned;
  progress.sameKeyRetries = 0;
  if (verdict.next === "other") progress.tried = withOne(progress.tried, id);
}

function withOne(some: ReadonlySet<CredentialId>, one: CredentialId): ReadonlySet<CredentialId> {
  return new Set(some).add(one);
}

/** Waits as the verdict says; a client that leaves ends the wait and the call. */
function pause(deps: RelayDeps, signal: AbortSignal, ms: number): Promise<Failure | undefined> {
  if (signal.aborted) return Promise.resolve(clientGone(signal));
  return new Promise((resolve) => {
    const leave = () => {
      cancel();
      resolve(clientGone(signal));
    };
    const cancel = deps.ports.clock.after(ms, () => {
      signal.removeEventListener("abort", leave);
      resolve(undefined);
    });
    signal.addEventListener("abort", leave, { once: true });
  });
}
