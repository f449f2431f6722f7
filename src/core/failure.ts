import type { SourceName } from "./ids.ts";

/**
 * Every way a call can fail, as a closed set. The class alone decides what is cooled and who is tried next
 * (ARCHITECTURE.md, "Failure classes"); nothing else looks at upstream status codes.
 */
export const FAILURE_CLASSES = [
  "caller_fault",
  "client_gone",
  "credential_dead",
  "credential_stale",
  "config_fault",
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

/** What stops serving because of a failure. `bucket` is project x model; `group` all models of its quota group. */
export type CoolingScope =
  | "nothing"
  | "bucket"
  | "group"
  | "credential_model"
  | "credential"
  | "source"
  | "model"
  | "endpoint"
  | "egress";

export type LimitKind =
  | "requests_per_minute"
  | "tokens_per_minute"
  | "requests_per_day"
  | "tokens_per_day"
  | "concurrency"
  | "spend"
  | "cap"
  | "other";

/** The limit that a 429 names, as far as it names it. */
export interface LimitNotice {
  readonly kind: LimitKind;
  /** The limit itself, in requests or tokens (Google's `quotaValue`). */
  readonly value?: number;
  /** Google's `quotaId`, for example `GenerateRequestsPerMinutePerProjectPerModel-FreeTier`. */
  readonly quotaId?: string;
  /** The model that the error's quotaDimensions name; may differ from the one asked for. */
  readonly model?: string;
  /** `projects/<number>` from the error's metadata, which tells which keys share a bucket. */
  readonly project?: string;
}

/** One failed attempt or refused call, classified once, purely. Safe to show: no secret and no upstream body in it. */
export interface Failure {
  readonly class: FailureClass;
  /** Who says no: this proxy, or Google. */
  readonly origin: "proxy" | "google" | "client";
  /** The HTTP status that Google answered, or that this proxy answers when Google was not asked. */
  readonly status: number;
  /** One sentence for the client: what failed and what to do. */
  readonly message: string;
  /** Machine word for the client, for example `context_length_exceeded`, `model_not_found`, `request_too_large`, `rate_limit_exceeded`. */
  readonly code?: string;
  /** The request field at fault, as a path in the client's own words: `messages[2].content[0].image_url.url`. */
  readonly param?: string;
  /** Epoch milliseconds after which the same call may work; absent when nobody knows. */
  readonly until?: number;
  readonly cools: CoolingScope;
  /** Set for rate_limit, quota and not_on_tier: every violation, the worst first. */
  readonly limits?: readonly LimitNotice[];
  /** Set with code `context_length_exceeded` when Google names both numbers. */
  readonly tokens?: { readonly sent: number; readonly maximum: number };
  /** Set by the upstream that classified it. */
  readonly source?: SourceName;
  /** A page for the user: billing, verification or appeal. */
  readonly link?: string;
  /** For the log only: reason words and shape, redacted. */
  readonly detail?: string;
  /** Tells the relay of a repair that is worth one try on the same key (translation.md 9.3): the field to drop or the change to make. */
  readonly heal?: Healing;
}

/** A change to the request that turns a known 400 into a success; each is tried at most once a call. */
export type Healing =
  | { readonly kind: "drop_field"; readonly field: string }
  | { readonly kind: "dummy_signatures" }
  | { readonly kind: "plain_schema" }
  | { readonly kind: "drop_schema_bounds" }
  | { readonly kind: "no_thinking" }
  | { readonly kind: "clamp_thinking"; readonly text: string }
  | { readonly kind: "no_penalties" }
  | { readonly kind: "no_logprobs" }
  | { readonly kind: "no_json_with_tools" }
  | { readonly kind: "clamp_output"; readonly maximum: number };

/** A caller's mistake, named by field. */
export function callerFault(
  message: string,
  more: { readonly status?: number; readonly code?: string; readonly param?: string } = {},
): Failure {
  return {
    class: "caller_fault",
    origin: "client",
    status: more.status ?? 400,
    message,
    cools: "nothing",
    ...(more.code === undefined ? {} : { code: more.code }),
    ...(more.param === undefined ? {} : { param: more.param }),
  };
}
