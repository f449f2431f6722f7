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
  /**
   * Metrics of Google's that the call uses beside its operation's own: `grounding`, `storage`. Called only while
   * one is exhausted.
   */
  readonly spends?: () => readonly string[];
  /** Tried in this order; within a source the tier, priority and policy decide. */
  readonly sources: readonly SourceName[];
  /** Input tokens: an estimate, settled by the real number. */
  readonly inputTokens: number;
  /** The output limit of the call, thinking included, when the client set one: what a cap of tokens reserves. */
  readonly maxOutputTokens?: number;
  /** For fairness: calls of one session wait in one queue. */
  readonly session: string;
  readonly client: ClientId;
  /** Files and caches belong to one key: only this one may serve. */
  readonly pinned?: CredentialId;
  /** Only these may serve, in this order: a project's resources can be served by its keys alone. */
  readonly among?: ReadonlySet<CredentialId>;
  /** A tool loop's key, or a conversation's: preferred while it can serve; its source is kept while it has any key. */
  readonly affinity?: {
    /** Absent when only the source is known. */
    readonly credential?: CredentialId;
    readonly source: SourceName;
    readonly strict: boolean;
  };
  /** Credentials that this call does not use again. */
  readonly tried: ReadonlySet<CredentialId>;
  /** True when the call has failed before: it goes to the head of its queue. */
  readonly again?: boolean;
  /** False for calls without quota (models.list, countTokens, files). */
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
  /** Google's failure behind the reason. */
  readonly said?: Pick<Failure, "class" | "status" | "code" | "message" | "link">;
}

/** Nothing can serve in time. The failure has the true `until` and names what is short. */
export interface Shortage {
  readonly kind: "shortage";
  readonly failure: Failure;
  readonly refusals: readonly Refusal[];
}

/** What to do after a failed attempt. */
export interface Verdict {
  /** `other` rules the credential out for this call, `wait` until Google's stated time has come. */
  readonly next: "same" | "other" | "wait" | "stop";
  /** Milliseconds to wait before the next attempt; including jitter. */
  readonly delayMs: number;
  /** What was cooled or retired, for the call's attempts. */
  readonly note: string;
}

/** Facts about the attempts of this call so far, for the verdict. */
export interface AttemptHistory {
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly sameKeyRetries: number;
  /** Failure classes of this call so far, oldest first. */
  readonly classes: readonly string[];
}

/** The right to make one upstream call on one credential. Settle it once; disposing is idempotent. */
export interface Lease extends Disposable {
  readonly kind: "lease";
  readonly credential: Credential;
  readonly bucket: string;
  readonly queuedMs: number;
  /** Why this credential was chosen. */
  readonly note: string;
  /** Settles after a full answer; usage settles the token reservation. */
  succeed(usage?: Usage): void;
  /**
   * Settles after a failure: applies its effects and returns the next step. client_gone and invalid_request
   * change nothing.
   */
  fail(failure: Failure, history: AttemptHistory): Verdict;
  /** Frees the slot; an unsettled lease counts as abandoned: its request still counts in the window. */
  [Symbol.dispose](): void;
}

/** A bucket as the dashboard, API, CLI and alerts read it. Times are epoch milliseconds. */
export interface BucketView {
  readonly id: string;
  readonly project: string;
  /** How the project is known: set by the user, read from an error, or only the key itself. */
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
  /** Why Google no longer accepts it; known here a moment before it is stored. */
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

/** Whether a model can be served, as a call would find it now. Times are epoch milliseconds. */
export interface ModelStanding {
  readonly model: string;
  /**
   * `open`: at once; `busy`: after an acceptable wait; `out`: it is refused; `unavailable`: Google offers it to
   * none of the keys.
   */
  readonly state: "open" | "busy" | "out" | "unavailable";
  /** The obstacle: minute, tokens, day, cooling, capped, full, dead, disabled, not_on_tier, ...; null when open. */
  readonly reason: string | null;
  /** When the first key may serve it again; null when open, or not known. */
  readonly until: number | null;
  /** Number of keys with the model that could take a call now. */
  readonly able: number;
  readonly total: number;
}

export interface PoolView {
  readonly buckets: readonly BucketView[];
  readonly credentials: readonly CredentialView[];
  readonly queue: { readonly length: number; readonly oldestMs: number; readonly expectedWaitMs: number };
  readonly suggestions: readonly ProjectSuggestion[];
}

/** Events of the pool. */
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
  /** A credential's project was read from an error; one set by the user stays. */
  | { readonly type: "project-measured"; readonly credential: CredentialId; readonly project: string }
  | {
    readonly type: "cap-warning" | "cap-exceeded";
    readonly cap: string;
    readonly used: number;
    readonly limit: number;
  };

export interface Pool {
  /**
   * Resolves with a lease, at once when a key is free, else after a fair wait; or with the reason why there is
   * none. Rejects only when the signal aborts.
   */
  acquire(
    request: LeaseRequest,
    options: { readonly signal: AbortSignal; readonly maxWaitMs?: number },
  ): Promise<Lease | Shortage>;
  /** The same without waiting: undefined when nothing is free now. */
  tryAcquire(request: LeaseRequest): Lease | undefined;
  /** The wait of such a call now, in milliseconds; 0 when a key is free. */
  expectedWait(request: LeaseRequest): number;
  view(): PoolView;
  /** Reports whether a model can be served now, or when; by all keys or by those of `among`. */
  standing(
    model: string,
    sources: readonly SourceName[],
    among?: readonly CredentialId[],
  ): ModelStanding;
  /** The reasons why keys would not take a call now, bounded in number. */
  refusals(request: LeaseRequest): readonly Refusal[];
  /** Lifts every cooldown of a credential, or of one scope of it; for `key check` and the dashboard. */
  lift(credential: CredentialId, scope?: string): void;
  /** Replaces the set of credentials (after an edit, a new epoch, a discovery). */
  replaceCredentials(credentials: readonly Credential[]): void;
  subscribe(listener: (event: PoolEvent) => void): () => void;
  /** Stores what must survive and stops timers; waiting calls are refused. */
  close(): Promise<void>;
}
