import {
  type AttemptRecord,
  type CallRecord,
  type ClientId,
  type CredentialId,
  describeFault,
  type DialectName,
  type Failure,
  isOfType,
  type Ports,
  type RequestId,
  type SourceName,
  type Usage,
} from "../core/mod.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { Lease, LeaseRequest } from "../pool/contract.ts";
import { type ActiveMember, ActiveSet } from "./active_set.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { ownFailure } from "./failures.ts";
import type { Served } from "./run_attempts.ts";

/** Facts about a call when it arrives. */
export interface CallFacts {
  readonly id: RequestId;
  readonly at: number;
  readonly dialect: DialectName;
  readonly operation: string;
  readonly stream: boolean;
  readonly modelAsked: string;
  readonly client: ClientId;
  readonly agent: string;
  readonly session: string;
  readonly requestBytes: number;
}

/** One attempt in progress. */
export interface AttemptTrace {
  connected(status: number): void;
  firstToken(): void;
  end(failure?: Failure, note?: string): void;
}

/** Dependencies of a trace. */
interface TraceDeps {
  readonly ports: Ports;
  readonly ledger: Ledger;
  readonly calls: ActiveCalls;
}

/** Collects what happens to one call, and records it exactly once. */
export class CallTrace implements ActiveMember {
  index = -1;
  readonly facts: CallFacts;
  /** Whether the client is still there; cancelling it ends the call. */
  readonly client: ClientWatch;
  /** The lease request that the call waits for, and since when. */
  waiting: { readonly leaseRequest: LeaseRequest; readonly since: number } | undefined;
  readonly warnings: string[] = [];

  /** Adds warnings, each once. */
  warn(warnings: readonly string[] = []): void {
    for (const one of warnings) if (!this.warnings.includes(one)) this.warnings.push(one);
  }
  readonly attempts: AttemptRecord[] = [];
  /** How many attempts have begun; `attempts` contains those that have ended. */
  begun = 0;
  queuedMs = 0;
  firstTokenMs: number | undefined;
  modelUsed: string | undefined;
  last: { readonly name: string; readonly source: SourceName } | undefined;
  /** The credential of the last attempt. */
  lastCredential: CredentialId | undefined;
  usage: Usage | undefined;
  finish: string | undefined;
  #recorded = false;
  /** Every lease taken for it; most are settled long before it ends. */
  readonly #leases: Lease[] = [];
  readonly #deps: TraceDeps;

  constructor(facts: CallFacts, deps: TraceDeps, client: ClientWatch) {
    this.facts = facts;
    this.client = client;
    this.#deps = deps;
    deps.calls.begin(this);
  }

  begin(lease: Lease, model: string): AttemptTrace {
    const { credential } = lease;
    this.#leases.push(lease);
    this.begun++;
    const name = credential.label ||
      (isOfType(credential, "api_key") ? `...${credential.tail}` : credential.tail);
    this.last = { name, source: credential.source };
    this.lastCredential = credential.id;
    if (model !== "") this.modelUsed = model;
    this.queuedMs += lease.queuedMs;
    return new OpenAttemptTrace(this, lease, name, model);
  }

  now(): number {
    return this.#deps.ports.clock.now();
  }

  /** The current state of the call. */
  inFlight(): InFlightCall {
    const { facts, waiting, begun, attempts, last, modelUsed, firstTokenMs, usage } = this;
    const { id, at, dialect, operation, stream, modelAsked, client, agent, session } = facts;
    const call: Writable<InFlightCall> = {
      id,
      at,
      dialect,
      operation,
      stream,
      modelAsked,
      client,
      agent,
      session,
      attempts: begun,
      state: stateOf(this),
    };
    if (waiting !== undefined) call.waiting = waiting;
    if (modelUsed !== undefined) call.modelUsed = modelUsed;
    if (last !== undefined && begun > attempts.length) call.key = last.name;
    if (firstTokenMs !== undefined) call.firstTokenMs = firstTokenMs;
    if (usage !== undefined) call.outputTokens = usage.candidatesTokens + usage.thoughtsTokens;
    return call;
  }

  /** Writes the record; later calls do nothing. */
  record(status: number, failure?: Failure): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.#deps.calls.end(this);
    this.#deps.ledger.record(this.#toRecord(status, failure));
    if (failure !== undefined && OUT_OF_REACH.has(failure.class)) this.#logOutOfReach(failure);
  }

  /** Ends the call after a fault of our own, wherever it occurred, and releases its keys. */
  abandon(failure: Failure): void {
    for (const lease of this.#leases) lease[Symbol.dispose]();
    this.record(failure.status, failure);
  }

  /** Logs why Google is out of reach: each reason at once, and again after a minute at the earliest. */
  #logOutOfReach({ message }: Failure): void {
    const { ledger } = this.#deps;
    const last = lastLogged.get(ledger);
    const now = this.now();
    if (last?.message === message && now - last.at < LOG_AGAIN_MS) return;
    lastLogged.set(ledger, { message, at: now });
    ledger.log("warn", "upstream", message, { request: this.facts.id });
  }

  #toRecord(status: number, failure: Failure | undefined): CallRecord {
    const { facts, usage, finish, firstTokenMs, modelUsed, warnings, attempts, queuedMs } = this;
    const outcome = failure === undefined ? "ok" : failure.class === "client_gone" ? "cancelled" : "failed";
    const totalMs = this.now() - facts.at;
    const record: Writable<CallRecord> = {
      ...facts,
      status,
      outcome,
      queuedMs,
      totalMs,
      warnings: [...warnings],
      // A hedged attempt may end after its call.
      attempts: [...attempts],
    };
    if (modelUsed !== undefined) record.modelUsed = modelUsed;
    if (firstTokenMs !== undefined) record.firstTokenMs = firstTokenMs;
    if (finish !== undefined) record.finish = finish;
    if (usage !== undefined) record.usage = usage;
    if (failure !== undefined) {
      record.failure = failure.class;
      record.message = failure.message;
    }
    return record;
  }
}

/** Failures that must be resolved on this machine, and therefore belong in its log. */
const OUT_OF_REACH: ReadonlySet<Failure["class"]> = new Set(["transport", "misconfigured"]);
const LOG_AGAIN_MS = 60_000;
const lastLogged = new WeakMap<object, { readonly message: string; readonly at: number }>();

/** A call in flight or waiting. */
export interface InFlightCall extends Omit<CallFacts, "requestBytes"> {
  readonly state: "waiting" | "sent" | "retrying" | "streaming";
  /** The lease request that it waits for, and since when. */
  readonly waiting?: { readonly leaseRequest: LeaseRequest; readonly since: number };
  readonly modelUsed?: string;
  /** The current key, by its label or tail. */
  readonly key?: string;
  /** Attempts that have begun. */
  readonly attempts: number;
  readonly firstTokenMs?: number;
  /** Counted by Google so far. */
  readonly outputTokens?: number;
}

function stateOf({ waiting, firstTokenMs, begun }: CallTrace): InFlightCall["state"] {
  if (waiting !== undefined) return "waiting";
  if (firstTokenMs !== undefined) return "streaming";
  return begun > 1 ? "retrying" : "sent";
}

/** A record while it is made. */
type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

class OpenAttemptTrace implements AttemptTrace {
  readonly #trace: CallTrace;
  readonly #lease: Lease;
  readonly #name: string;
  readonly #model: string;
  readonly #startedAt: number;
  #status: number | undefined;
  #connectMs = 0;
  #firstTokenMs: number | undefined;

  constructor(trace: CallTrace, lease: Lease, name: string, model: string) {
    this.#trace = trace;
    this.#lease = lease;
    this.#name = name;
    this.#model = model;
    this.#startedAt = trace.now();
  }

  connected(status: number): void {
    this.#status = status;
    this.#connectMs = this.#trace.now() - this.#startedAt;
  }

  firstToken(): void {
    const now = this.#trace.now();
    this.#firstTokenMs ??= now - this.#startedAt;
    this.#trace.firstTokenMs ??= now - this.#trace.facts.at;
  }

  end(failure?: Failure, note = ""): void {
    const { credential, bucket, queuedMs, note: why } = this.#lease;
    const record: Writable<AttemptRecord> = {
      credential: credential.id,
      source: credential.source,
      name: this.#name,
      model: this.#model,
      bucket,
      startedAt: this.#startedAt,
      queuedMs,
      totalMs: this.#trace.now() - this.#startedAt,
      note: note === "" ? why : `${why}; ${note}`,
    };
    if (this.#status !== undefined) {
      record.status = this.#status;
      record.connectMs = this.#connectMs;
    }
    if (this.#firstTokenMs !== undefined) record.firstTokenMs = this.#firstTokenMs;
    if (failure !== undefined) {
      record.failure = failure.class;
      record.message = failure.message;
    }
    this.#trace.attempts.push(record);
  }
}

/** The calls that are in flight or waiting in this process. */
export class ActiveCalls {
  readonly #calls = new ActiveSet<CallTrace>();

  get size(): number {
    return this.#calls.size;
  }

  begin(call: CallTrace): void {
    this.#calls.add(call);
  }

  end(call: CallTrace): void {
    this.#calls.delete(call);
  }

  /** The current state of each call, oldest first. */
  list(): InFlightCall[] {
    return this.#calls.list().map((call) => call.inFlight()).sort((a, b) => a.at - b.at);
  }

  find(id: string): CallTrace | undefined {
    return this.#calls.list().find((call) => call.facts.id === id);
  }

  /** Cancels a call for the owner; false when no call has that id. */
  cancel(id: string): boolean {
    const call = this.find(id);
    call?.client.cancel();
    return call !== undefined;
  }
}

/** Settles a served call: in full, or with the failure that ended it. */
export type Settle = (failure?: Failure) => void;

/**
 * Settles a served call exactly once, however often it is called: the lease with the metered usage, and the
 * attempt's record. `around.first` runs before both, `around.last` after them.
 */
export function settleOnce(
  trace: CallTrace,
  { lease, attempt }: Pick<Served<unknown>, "lease" | "attempt">,
  around: { readonly first?: () => void; readonly last?: Settle } = {},
): Settle {
  let settled = false;
  return (failure) => {
    if (settled) return;
    settled = true;
    try {
      around.first?.();
      if (failure === undefined) lease.succeed(trace.usage);
      else lease.fail(failure, { attempt: trace.attempts.length + 1, sameKeyRetries: 0, classes: [] });
    } finally {
      lease[Symbol.dispose]();
    }
    attempt.end(failure, failure === undefined ? "" : "after the first event");
    around.last?.(failure);
  };
}

/** Logs a fault of this proxy's own, and returns the failure that ends its call. */
export function ownFault(
  { ledger }: Pick<RelayDeps, "ledger">,
  request: string,
  cause: unknown,
  more: Readonly<Record<string, string>> = {},
): Failure {
  ledger.log("error", "request", "A request failed inside the proxy", {
    request,
    ...more,
    error: describeFault(cause),
  });
  return ownFailure(request);
}
