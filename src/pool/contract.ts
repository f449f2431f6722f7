import type {
  ClientId,
  Credential,
  CredentialId,
  Failure,
  Operation,
  SourceName,
  Usage,
} from "../core/mod.ts";

/** What a call needs from the pool. */
export interface LeaseRequest {
  /** The model to be asked, as the upstream names it. */
  readonly model: string;
  /** What is asked of it. Quota, locks and model lists tell operations apart. */
  readonly operation: Operation;
  /** Metrics of Google's that the call spends beside its operation's own: `grounding`, `storage`. Asked only while one is used up. */
  readonly spends?: () => readonly string[];
  /** Tried in this order; within a source the tier, priority and policy decide. */
  readonly sources: readonly SourceName[];
  /** Input tokens, estimated before and settled after. */
  readonly inputTokens: number;
  /** The most output the call may have, thinking included, when the client said so: what a cap of tokens reserves. */
  readonly maxOutputTokens?: number;
  /** Fairness: calls of one session wait in one line. */
  readonly session: string;
  readonly client: ClientId;
  /** Files and caches belong to one key: only this one may serve. */
  readonly pinned?: CredentialId;
  /** Only these may serve, the first that can in this order: what a project owns is held by some of its keys. */
  readonly among?: ReadonlySet<CredentialId>;
  /** A tool loop's key, or a conversation's: preferred while it can serve; its source is kept while it has any key. */
  readonly affinity?: {
    /** Absent when only the source is known. */
    readonly credential?: CredentialId;
    readonly source: SourceName;
    readonly strict: boolean;
  };
  /** Credentials that are not asked again by this call. */
  readonly tried: ReadonlySet<CredentialId>;
  /** True when the call has failed before: it goes to the head of its line. */
  readonly again?: boolean;
  /** False for calls that take no quota of their own (models.list, countTokens, files). */
  readonly counted: boolean;
}

/** Why a credential or bucket was not chosen; kept per request and shown. */
export interface Refusal {
  readonly credential?: CredentialId;
  readonly bucket?: string;
  /** disabled, dead, cooling, capped, full (slots), minute, day, tokens, tried, wrong_model, denied, ... */
  readonly reason: string;
  /** Epoch milliseconds at which this reason ends, when known. */
  readonly until?: number;
  /** What Google said that it rests on. */
  readonly said?: Pick<Failure, "class" | "status" | "code" | "message" | "link">;
}

/** Nothing can serve in time. The failure carries the true `until` and names what is short. */
export interface Shortage {
  readonly kind: "shortage";
  readonly failure: Failure;
  readonly refusals: readonly Refusal[];
}

/** What to do after a failed attempt. */
export interface Verdict {
  /** `other` rules the credential out for this call, `wait` until Google's stated time has come. */
  readonly next: "same" | "other" | "wait" | "stop";
  /** Milliseconds to wait before the next attempt; jitter is in it. */
  readonly delayMs: number;
  /** What was cooled or retired, for the call's trail. */
  readonly note: string;
}

/** Facts about the attempts of this call so far, for the verdict. */
export interface AttemptHistory {
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly sameKeyRetries: number;
  /** Classes of the earlier failures of this call, oldest first. */
  readonly classes: readonly string[];
}

/** The right to make one upstream call on one credential. Settle it once; disposing twice does nothing. */
export interface Lease extends Disposable {
  readonly kind: "lease";
  readonly credential: Credential;
  readonly bucket: string;
  readonly queuedMs: number;
  /** Why this one. */
  readonly note: string;
  /** The upstream answered in full; usage settles the token reservation. */
  succeed(usage?: Usage): void;
  /** The attempt failed; effects are applied and the next step returned. client_gone and invalid_request change nothing. */
  fail(failure: Failure, history: AttemptHistory): Verdict;
  /** Frees the slot; a lease neither settled before counts as abandoned: its request still counts against the window. */
  [Symbol.dispose](): void;
}

/** What the dashboard, API, CLI and alerts all read. Times are epoch milliseconds. */
export interface BucketView {
  readonly id: string;
  readonly project: string;
  /** How the project is known: told by the user, read from an error, or only the key itself. */
  readonly projectKind: "told" | "measured" | "key";
  readonly model: string;
  readonly source: SourceName;
  readonly credentials: readonly CredentialId[];
  readonly limits: readonly BucketLimitView[];
  readonly coolingUntil?: number;
  /** When it was closed. */
  readonly coolingSince?: number;
  readonly coolingReason?: string;
}

export interface BucketLimitView {
  readonly kind: "requests_per_minute" | "tokens_per_minute" | "requests_per_day" | "remaining_fraction";
  /** Absent while unknown: unknown is not zero. */
  readonly limit?: number;
  readonly used: number;
  readonly left?: number;
  readonly resetsAt?: number;
  readonly origin: "measured" | "header" | "learned" | "set" | "unknown";
  /** When the number was last confirmed. */
  readonly asOf?: number;
}

export interface CredentialView {
  readonly id: CredentialId;
  readonly inFlight: number;
  readonly slots: number;
  readonly lastUsed?: number;
  readonly requests: number;
  readonly errors: number;
  /** Why Google does not take it any more; known here a moment before it is stored. */
  readonly dead?: { readonly reason: string; readonly link?: string };
  readonly cooldowns: readonly {
    readonly scope: string;
    readonly kind: string;
    readonly until: number;
    readonly reason: string;
    /** True when it was stated by Google, false when it is a guess that grows and decays. */
    readonly fact: boolean;
  }[];
}

/** Two keys that seem to share a project, with the evidence; acted on only when the user confirms. */
export interface ProjectSuggestion {
  readonly credentials: readonly CredentialId[];
  readonly evidence: string;
  readonly confidence: number;
}

/** Whether a model can be served, as a call that came now would find. Times are epoch milliseconds. */
export interface ModelStanding {
  readonly model: string;
  /** `open`: at once; `busy`: after a wait that calls are ready for; `out`: it is refused; `unavailable`: Google offers it to none of the keys. */
  readonly state: "open" | "busy" | "out" | "unavailable";
  /** What is in the way: minute, tokens, day, cooling, capped, full, dead, disabled, not_on_tier, ...; null when open. */
  readonly reason: string | null;
  /** When the first key may serve it again; null when open, or not known. */
  readonly until: number | null;
  /** Keys that could take a call now, of those that have the model. */
  readonly able: number;
  readonly total: number;
}

export interface PoolView {
  readonly buckets: readonly BucketView[];
  readonly credentials: readonly CredentialView[];
  readonly queue: { readonly length: number; readonly oldestMs: number; readonly expectedWaitMs: number };
  readonly suggestions: readonly ProjectSuggestion[];
}

/** What the pool tells the rest about itself, as it happens. */
export type PoolEvent =
  | {
    readonly type: "cooled";
    readonly credential?: CredentialId;
    readonly scope: string;
    readonly until: number;
    readonly reason: string;
  }
  | {
    readonly type: "dead";
    readonly credential: CredentialId;
    /** When Google said so. */
    readonly at: number;
    readonly reason: string;
    readonly status: number;
    readonly code?: string;
    readonly link?: string;
  }
  | { readonly type: "recovered"; readonly credential?: CredentialId; readonly scope: string }
  | { readonly type: "exhausted"; readonly model: string; readonly until?: number }
  | { readonly type: "limit-learned"; readonly bucket: string; readonly kind: string; readonly limit: number }
  /** A credential's project was read from an error; what the user told stays. */
  | { readonly type: "project-measured"; readonly credential: CredentialId; readonly project: string }
  | {
    readonly type: "cap-warning" | "cap-exceeded";
    readonly cap: string;
    readonly used: number;
    readonly limit: number;
  };

export interface Pool {
  /** Resolves with a lease, at once when something is free, else after waiting fairly; or with the reason why not. Rejects only when the signal aborts. */
  acquire(
    request: LeaseRequest,
    options: { readonly signal: AbortSignal; readonly maxWaitMs?: number },
  ): Promise<Lease | Shortage>;
  /** The same without waiting: undefined when nothing is free at this instant. */
  tryAcquire(request: LeaseRequest): Lease | undefined;
  /** How long a call with this need would wait now, in ms; 0 when something is free. */
  expectedWait(request: LeaseRequest): number;
  view(): PoolView;
  /** Whether a model can be served now, and until when not; by all keys, or by those of `among` alone. */
  standing(
    model: string,
    sources: readonly SourceName[],
    among?: readonly CredentialId[],
  ): ModelStanding;
  /** Why each key would not take a call now, bounded in number. */
  refusals(request: LeaseRequest): readonly Refusal[];
  /** Lifts every cooldown of a credential, or of one scope of it; for `key check` and the dashboard. */
  lift(credential: CredentialId, scope?: string): void;
  /** Takes over a new set of credentials (after an edit, a new epoch, a discovery). */
  replaceCredentials(credentials: readonly Credential[]): void;
  subscribe(listener: (event: PoolEvent) => void): () => void;
  /** Persists what must survive and stops timers; waiting calls are refused. */
  close(): Promise<void>;
}
