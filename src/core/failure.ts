import type { SourceName } from "./source.ts";

/**
 * Every way a call can fail, as a closed set. The class decides who is tried next, the scope what is in cooldown
 * (ARCHITECTURE.md, "Failures"); nothing else looks at upstream status codes.
 */
export const FAILURE_CLASSES = [
  "invalid_request",
  "client_gone",
  "credential_dead",
  "credential_stale",
  "misconfigured",
  "rate_limit",
  "quota",
  "not_on_tier",
  "model_gone",
  "overloaded",
  "empty_reply",
  "blocked",
  "region_blocked",
  "transport",
  "ambiguous_429",
  "unknown",
] as const;
export type FailureClass = typeof FAILURE_CLASSES[number];

/** Names in records of earlier versions. */
const RENAMED: Readonly<Record<string, FailureClass>> = {
  caller_fault: "invalid_request",
  config_fault: "misconfigured",
};

/** The class that a stored name means, also one of an earlier version; undefined for an unknown name. */
export function storedFailureClass(name: unknown): FailureClass | undefined {
  if (typeof name !== "string") return undefined;
  return FAILURE_CLASSES.find((one) => one === name) ??
    (Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined);
}

/**
 * What a failure concerns, and so what is in cooldown because of it: nothing but this request; one credential;
 * every credential of its account (an OAuth sign-in) or of its project; a bucket (a project's quota of one
 * metric for a model or quota group); a credential for one operation of a model; an operation of a model at a
 * source, whoever asks; a whole source; the way to it; or every call that leaves this machine.
 */
export const FAILURE_SCOPES = [
  "request",
  "credential",
  "account",
  "project",
  "bucket",
  "credential_model",
  "model",
  "source",
  "endpoint",
  "egress",
] as const;
export type FailureScope = typeof FAILURE_SCOPES[number];

export type LimitKind =
  | "requests_per_minute"
  | "tokens_per_minute"
  | "requests_per_day"
  | "tokens_per_day"
  | "concurrency"
  | "spend"
  | "cap"
  | "other";

/** The limit that a 429 names, as far as it does. */
export interface LimitNotice {
  readonly kind: LimitKind;
  /** The limit itself, in requests or tokens (Google's `quotaValue`). */
  readonly value?: number;
  /** Google's `quotaId`, for example `GenerateRequestsPerMinutePerProjectPerModel-FreeTier`. */
  readonly quotaId?: string;
  /** The model that the error's quotaDimensions name; may differ from the one asked for. */
  readonly model?: string;
}

/** One failed attempt or refused call, classified once, purely. Safe to show: no secret and no upstream body in it. */
export interface Failure {
  readonly class: FailureClass;
  /** The HTTP status that Google answered, or that this proxy answers when Google was not asked. */
  readonly status: number;
  /** One sentence for the client: what failed and what to do. */
  readonly message: string;
  /** Machine word for the client, for example `context_length_exceeded`, `model_not_found`, `request_too_large`, `rate_limit_exceeded`. */
  readonly code?: string;
  /** The request field at fault, as a path in the client's own words: `messages[2].content[0].image_url.url`. */
  readonly param?: string;
  readonly scope: FailureScope;
  /** True when Google itself said that the scope is closed; absent when that is inferred, and may be wrong. */
  readonly stated?: boolean;
  /** Epoch milliseconds at which the scope opens again, by Google's word or its published rules; absent when nobody knows. */
  readonly until?: number;
  /** The limit at Google that is used up, when it is not the operation's own: `grounding`, `storage`. Set for the scope `bucket`. */
  readonly metric?: string;
  /** `projects/<number>` when Google names the credential's project: its keys share buckets, and what concerns the project. */
  readonly project?: string;
  /** Set for rate_limit, quota and not_on_tier: every violation, the worst first. */
  readonly limits?: readonly LimitNotice[];
  /** Set by the upstream that classified it. */
  readonly source?: SourceName;
  /** A page for the user: billing, verification or appeal. */
  readonly link?: string;
  /** For the log only: reason words and shape, redacted. */
  readonly detail?: string;
  /** A repair worth one retry on the same key: the field to drop or the change to make. */
  readonly repair?: Repair;
}

/** A change to the request that turns a known 400 into a success; each is tried at most once a call. */
export type Repair =
  | { readonly kind: "drop_field"; readonly field: string }
  | { readonly kind: "dummy_signatures" }
  | { readonly kind: "plain_schema" }
  | { readonly kind: "drop_schema_bounds" }
  | { readonly kind: "no_old_thoughts" }
  | { readonly kind: "no_thinking" }
  | { readonly kind: "clamp_thinking"; readonly text: string }
  | { readonly kind: "no_penalties" }
  | { readonly kind: "no_logprobs" }
  | { readonly kind: "no_json_with_tools" }
  | { readonly kind: "clamp_output"; readonly maximum: number };

/** A caller's mistake, named by field. */
export function invalidRequest(
  message: string,
  more: { readonly status?: number; readonly code?: string; readonly param?: string } = {},
): Failure {
  return {
    class: "invalid_request",
    status: more.status ?? 400,
    message,
    scope: "request",
    ...(more.code === undefined ? {} : { code: more.code }),
    ...(more.param === undefined ? {} : { param: more.param }),
  };
}
