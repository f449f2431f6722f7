import {
  type Credential,
  type CredentialId,
  type Failure,
  isOfType,
  ok,
  type Repair,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import type { AttemptHistory, Lease, LeaseRequest, Verdict } from "../pool/contract.ts";
import type { Upstream } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { clientGone, shuttingDown } from "./failures.ts";
import type { Repairs } from "./repair_memory.ts";
import type { AttemptTrace, CallTrace } from "./trace.ts";

/**
 * Extra calls beyond the first of each key, for any reason: the one retry of a passing fault, a refreshed token,
 * a repair, a second call after a stated wait. So a request makes at most two calls more than it has keys.
 */
const MOST_EXTRA_CALLS = 2;
/** A count can be estimated, so it waits no longer. */
const COUNT_PATIENCE_MS = 2_000;

/** The input of one attempt on one credential. */
export interface Attempt {
  readonly lease: Lease;
  readonly credential: Credential;
  readonly upstream: Upstream;
  readonly trace: AttemptTrace;
  readonly client: ClientWatch;
  /** Index of the source's host to ask. */
  readonly host: number;
  /** Repairs that earlier attempts of this call asked for. */
  readonly requestRepairs: readonly Repair[];
  /** True when an earlier attempt of this call had an empty reply. */
  readonly afterEmpty: boolean;
}
export type AttemptOnce<Value> = (attempt: Attempt) => Promise<Result<Value, Failure>>;

export interface AttemptsInput {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly trace: CallTrace;
  readonly client: ClientWatch;
  /** The request's repairs; absent: it cannot be repaired. */
  readonly repairs?: Repairs;
  /** A hash of the request, the same for the same request; absent: its refusals are not remembered. */
  readonly fingerprint?: () => string;
  /** Keys that are not used; default: none. */
  readonly avoid?: ReadonlySet<CredentialId>;
}

/** A value and its lease; the receiver settles the lease. */
export interface Served<Value> {
  readonly value: Value;
  readonly lease: Lease;
  readonly attempt: AttemptTrace;
}

/** State of the loop between attempts. */
interface RetryState {
  /** Keys that are not used again: those to avoid from the start, and one after each failure with that verdict. */
  tried: ReadonlySet<CredentialId>;
  /** Every key that failed. */
  asked: ReadonlySet<CredentialId>;
  /** Sources that refused the request itself or no longer have the model: this call does not use them again. */
  closed: ReadonlySet<SourceName>;
  /** Accounts that refused the request without naming a limit, with their source. */
  refusedBy: ReadonlyMap<CredentialId, SourceName>;
  /** Keys that were waited for once: they may be used once more when their stated time has come. */
  limited: ReadonlySet<CredentialId>;
  readonly classes: string[];
  readonly requestRepairs: Repair[];
  refreshed: ReadonlySet<CredentialId>;
  pinned: CredentialId | undefined;
  sameKeyRetries: number;
  extraCalls: number;
  /** Total wait of the call in milliseconds. */
  waitedMs: number;
  last: Failure | undefined;
}

/** Shared empty set, as most calls never fail. */
const NONE: ReadonlySet<CredentialId> = new Set();
const NOBODY: ReadonlyMap<CredentialId, SourceName> = new Map();
const OPEN: ReadonlySet<SourceName> = new Set();

/**
 * Tries one credential after another until one gives the value, the verdict is `stop`, or no key can serve. Only
 * before the commit point: nothing of a failed attempt has reached the client.
 */
export async function runAttempts<Value>(
  deps: RelayDeps,
  input: AttemptsInput,
  tryOnce: AttemptOnce<Value>,
): Promise<Result<Served<Value>, Failure>> {
  const { repairs } = input;
  const known = repairs === undefined ? [] : deps.repairs.known(input.leaseRequest.model, repairs);
  const remembered = input.fingerprint === undefined || deps.filtered.size === 0
    ? undefined
    : deps.filtered.of(input.fingerprint());
  const retryState: RetryState = {
    closed: remembered === undefined ? OPEN : new Set(remembered.sources),
    refusedBy: NOBODY,
    tried: input.avoid ?? NONE,
    asked: NONE,
    limited: NONE,
    classes: [],
    requestRepairs: [...known],
    refreshed: NONE,
    pinned: input.leaseRequest.pinned,
    sameKeyRetries: 0,
    extraCalls: 0,
    waitedMs: 0,
    last: remembered?.failure,
  };
  while (true) {
    const leaseRequest = leaseRequestOf(input, retryState);
    if (leaseRequest.sources.length === 0 && retryState.last !== undefined) {
      return { ok: false, error: retryState.last };
    }
    // Most calls find a key at once, so that the client need not be watched.
    const free = deps.pool.tryAcquire(leaseRequest);
    const leased = free === undefined ? await acquire(deps, input, leaseRequest, retryState) : ok(free);
    if (!leased.ok) return leased;
    const lease = leased.value;
    if (retryState.asked.has(lease.credential.id)) retryState.extraCalls++;
    const attempt = input.trace.begin(lease, leaseRequest.model);
    const result = await tryLease(deps, { lease, trace: attempt, client: input.client }, retryState, tryOnce);
    if (result.ok) {
      const learned = retryState.requestRepairs.slice(known.length);
      if (repairs !== undefined && learned.length > 0) {
        deps.repairs.learn(input.leaseRequest.model, learned, repairs);
      }
      return ok({ value: result.value, lease, attempt });
    }
    const stop = await handleFailure(deps, input, retryState, lease, attempt, result.error);
    if (stop) return { ok: false, error: stop };
  }
}

function leaseRequestOf(
  { leaseRequest: asked }: AttemptsInput,
  { tried, pinned, classes, closed }: RetryState,
): LeaseRequest {
  const leaseRequest = closed.size === 0
    ? asked
    : { ...asked, sources: asked.sources.filter((source) => !closed.has(source)) };
  if (classes.length === 0 && pinned === undefined) return { ...leaseRequest, tried };
  const again = { ...leaseRequest, tried, again: classes.length > 0 };
  return pinned === undefined ? again : { ...again, pinned };
}

async function acquire(
  deps: RelayDeps,
  input: AttemptsInput,
  leaseRequest: LeaseRequest,
  retryState: RetryState,
): Promise<Result<Lease, Failure>> {
  const { signal } = input.client;
  const { clock } = deps.ports;
  const since = clock.now();
  input.trace.waiting = { leaseRequest, since };
  try {
    const got = await deps.pool.acquire(leaseRequest, {
      signal,
      maxWaitMs: patienceLeft(deps, input, retryState),
    });
    if (got.kind === "lease") return ok(got);
    // Google's last failure explains more than an empty pool, unless the pool knows when it ends.
    return {
      ok: false,
      error: got.failure.until === undefined ? retryState.last ?? got.failure : got.failure,
    };
  } catch (cause) {
    if (signal.aborted) return { ok: false, error: clientGone(signal) };
    if (deps.shutdown.aborted) return { ok: false, error: shuttingDown() };
    throw cause;
  } finally {
    input.trace.waiting = undefined;
    retryState.waitedMs += clock.now() - since;
  }
}

/** The remaining wait: QUEUE_MAX_WAIT applies to a call, not to each attempt. */
function patienceLeft(
  { settings }: RelayDeps,
  { leaseRequest }: AttemptsInput,
  { waitedMs }: RetryState,
): number {
  const most = leaseRequest.operation === "count"
    ? Math.min(settings.queueMaxWait, COUNT_PATIENCE_MS)
    : settings.queueMaxWait;
  return Math.max(0, most - waitedMs);
}

/**
 * Failures after which another host of the source may answer: unreachable, refused without a reason, or model
 * unknown.
 */
const HOST_FAULTS: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "ambiguous_429",
  "model_gone",
  "unknown",
]);

/** True when another host may answer: hosts of a source also differ in the accounts they serve. */
function mayMove({ class: name, code }: Failure): boolean {
  if (code === "model_withdrawn") return false;
  return HOST_FAULTS.has(name) || (name === "not_on_tier" && code === "permission_denied");
}

/**
 * Combines the failures of a source's hosts. Only the preferred host is authoritative: if it refused the request
 * itself, that counts; if it was unreachable, another host's failure of the whole source must be confirmed by a
 * second account.
 */
function believed(first: Failure, last: Failure): Failure {
  if (last.scope !== "source") return last;
  return first.scope === "request" ? first : { ...last, stated: false };
}

/** Makes an attempt with one lease, at one host of its source after another. */
async function tryLease<Value>(
  deps: RelayDeps,
  base: Pick<Attempt, "lease" | "trace" | "client">,
  { refreshed, requestRepairs, classes }: RetryState,
  tryOnce: AttemptOnce<Value>,
): Promise<Result<Value, Failure>> {
  const { lease } = base;
  let { credential } = lease;
  const upstream = deps.upstreams.get(credential.source);
  if (upstream === undefined) throw new Error(`No upstream for source ${credential.source}`);
  try {
    if (!isOfType(credential, "api_key")) {
      const ready = await deps.ready(credential, refreshed.has(credential.id));
      if (!ready.ok) return ready;
      credential = ready.value;
    }
    const hosts = upstream.hostsOf?.(credential) ?? upstream.hosts;
    const afterEmpty = classes.includes("empty_reply");
    let first: Failure | undefined;
    for (let host = 0;; host++) {
      const result = await tryOnce({ ...base, credential, upstream, host, requestRepairs, afterEmpty });
      if (result.ok) return result;
      if (host + 1 >= hosts || !mayMove(result.error)) {
        return { ok: false, error: first === undefined ? result.error : believed(first, result.error) };
      }
      first ??= result.error;
    }
  } catch (cause) {
    lease[Symbol.dispose]();
    throw cause;
  }
}

/** Applies a failed attempt; returns the failure to answer with when the call is over. */
async function handleFailure(
  deps: RelayDeps,
  input: AttemptsInput,
  retryState: RetryState,
  lease: Lease,
  attempt: AttemptTrace,
  failure: Failure,
): Promise<Failure | undefined> {
  const history: AttemptHistory = {
    attempt: retryState.classes.length + 1,
    sameKeyRetries: retryState.sameKeyRetries,
    classes: [...retryState.classes],
  };
  const verdict = lease.fail(failure, history);
  lease[Symbol.dispose]();
  attempt.end(failure, verdict.note);
  retryState.last = failure;
  retryState.classes.push(failure.class);
  retryState.asked = withOne(retryState.asked, lease.credential.id);
  if (failure.class === "client_gone") return failure;
  const extra = retryState.extraCalls < MOST_EXTRA_CALLS;
  if (extra && isRepairable(retryState, failure, input.repairs)) {
    retryState.requestRepairs.push(failure.repair!);
    retryState.pinned = lease.credential.id;
    return undefined;
  }
  if (closesSource(deps, input, retryState, lease, failure)) {
    const { source } = lease.credential;
    retryState.closed = new Set(retryState.closed).add(source);
    if (input.leaseRequest.sources.every((one) => retryState.closed.has(one))) return failure;
    follow(retryState, lease, "other", failure, input.leaseRequest.pinned);
    return undefined;
  }
  if (verdict.next === "stop") return failure;
  follow(retryState, lease, extra ? verdict.next : "other", failure, input.leaseRequest.pinned);
  const delayMs = Math.min(verdict.delayMs, patienceLeft(deps, input, retryState) || LEAST_PAUSE_MS);
  return delayMs > 0 ? await pause(deps, input.client.signal, delayMs, retryState) : undefined;
}

/**
 * Accounts of one source that must refuse a request without naming a limit before the request itself counts as
 * refused.
 */
const ENOUGH_REFUSALS = 2;

/** True when this call should not use the source again; a request refused by two accounts is remembered. */
function closesSource(
  deps: RelayDeps,
  { fingerprint }: AttemptsInput,
  retryState: RetryState,
  { credential: { id, source } }: Lease,
  failure: Failure,
): boolean {
  if (failure.code === "model_withdrawn") return true;
  if (failure.class !== "ambiguous_429" || failure.scope !== "request") return false;
  retryState.refusedBy = new Map(retryState.refusedBy).set(id, source);
  if ([...retryState.refusedBy.values()].filter((one) => one === source).length < ENOUGH_REFUSALS) {
    return false;
  }
  if (fingerprint !== undefined) deps.filtered.note(fingerprint(), source, failure);
  return true;
}

/** Shortest pause after a passing fault, even for calls that may not queue. */
const LEAST_PAUSE_MS = 500;

/** True when a repair would change the request: the same bytes are never sent twice after such a refusal. */
function isRepairable(
  { requestRepairs }: RetryState,
  { repair }: Failure,
  repairs: Repairs | undefined,
): boolean {
  return repair !== undefined && repairs !== undefined &&
    !requestRepairs.some((done) => JSON.stringify(done) === JSON.stringify(repair)) &&
    repairs.changes(repair, requestRepairs);
}

function follow(
  retryState: RetryState,
  lease: Lease,
  next: Verdict["next"],
  failure: Failure,
  pinned: CredentialId | undefined,
): void {
  const { id } = lease.credential;
  if (next === "same") {
    if (failure.class === "credential_stale") retryState.refreshed = withOne(retryState.refreshed, id);
    retryState.pinned = id;
    retryState.sameKeyRetries++;
    return;
  }
  retryState.pinned = pinned;
  retryState.sameKeyRetries = 0;
  if (next === "other" || retryState.limited.has(id)) retryState.tried = withOne(retryState.tried, id);
  else retryState.limited = withOne(retryState.limited, id);
}

function withOne(some: ReadonlySet<CredentialId>, one: CredentialId): ReadonlySet<CredentialId> {
  return new Set(some).add(one);
}

/** Waits as the verdict says; a client that leaves ends the wait and the call. */
function pause(
  deps: RelayDeps,
  signal: AbortSignal,
  ms: number,
  retryState: RetryState,
): Promise<Failure | undefined> {
  retryState.waitedMs += ms;
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
