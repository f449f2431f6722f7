import {
  type Failure,
  type LimitKind,
  type LimitNotice,
  nextPacificMidnight,
  SOURCE_TABLE,
} from "../core/mod.ts";
import { failed, type Rule, type Seen } from "./failure_rule.ts";
import type { GoogleError, QuotaViolation } from "./google_error.ts";

const MINUTE = 60_000;
/** The public API states wrong delays of seconds beside a daily limit. */
const SHORTEST_DAILY_WAIT = 5 * MINUTE;
const BILLING_PAGE = "https://aistudio.google.com/usage";

const WORDS: Readonly<Record<LimitKind, string>> = {
  requests_per_minute: "requests per minute",
  tokens_per_minute: "input tokens per minute",
  requests_per_day: "requests per day",
  tokens_per_day: "input tokens per day",
  concurrency: "calls at a time",
  spend: "spending",
  cap: "requests",
  other: "requests",
};

/** Limits that end with their own window, whatever longer delay stands beside them. */
const WINDOWS: Readonly<Partial<Record<LimitKind, number>>> = {
  requests_per_minute: MINUTE,
  tokens_per_minute: MINUTE,
};

/** True for 429 and for its gRPC word under any status. */
export function isExhausted({ status, error }: Seen): boolean {
  return status === 429 || error.status === "RESOURCE_EXHAUSTED";
}

const isDaily = (kind: LimitKind) => kind === "requests_per_day" || kind === "tokens_per_day";

/** A 429 that names limits: the worst one decides. */
export const limitRule: Rule = (seen) => {
  if (!isExhausted(seen)) return undefined;
  const limits = limitsOf(seen.error);
  const worst = limits[0];
  if (worst === undefined) return undefined;
  if (worst.value === 0) return notOnTier(seen, limits, worst);
  if (worst.kind === "spend") return spent(seen, limits);
  if (isDaily(worst.kind)) return dayIsOver(seen, limits, worst);
  if (worst.kind !== "other" || seen.hint !== undefined) return slowDown(seen, limits, worst);
  return metricOf(seen.error, worst) === undefined ? undefined : usedUp(seen, limits, worst);
};

/** The metric, if it is not the refused call's own operation. */
function metric(seen: Seen, worst: LimitNotice | undefined): { readonly metric?: string } {
  const name = metricOf(seen.error, worst);
  return name === undefined || name === seen.operation ? {} : { metric: name };
}

/** A limit of 0 without a model means that the whole project is disabled. */
function notOnTier(seen: Seen, limits: readonly LimitNotice[], worst: LimitNotice): Failure {
  const whole = seen.error.metadata["quota_limit_value"] === "0" && worst.model === undefined;
  return failed(seen, {
    class: "not_on_tier",
    scope: whole ? "project" : "bucket",
    stated: true,
    ...metric(seen, worst),
    limits,
    code: "model_not_on_tier",
    message:
      `Google gives the plan of this key no quota for the model ${seen.model}; use another model or a key with billing.`,
  });
}

/** Out of credit, not rate limited: only the owner can change that, so there is no retry time unless Google states one. */
function spent(seen: Seen, limits: readonly LimitNotice[]): Failure {
  return failed(seen, {
    class: "quota",
    scope: "project",
    stated: true,
    ...(seen.hint === undefined ? {} : { until: seen.hint }),
    limits,
    code: "insufficient_quota",
    link: BILLING_PAGE,
    message:
      "Google says that the spending limit or the prepaid credit of this key's project is used up; check its billing.",
  });
}

function dayIsOver(seen: Seen, limits: readonly LimitNotice[], worst: LimitNotice): Failure {
  const stated = SOURCE_TABLE[seen.source].statesTrueTimes && seen.hint !== undefined &&
      seen.hint - seen.now > SHORTEST_DAILY_WAIT
    ? seen.hint
    : undefined;
  const until = stated ?? nextPacificMidnight(seen.now);
  return failed(seen, {
    class: "quota",
    scope: "bucket",
    stated: true,
    ...metric(seen, worst),
    until,
    limits,
    code: "rate_limit_exceeded",
    message: sentence(worst, seen.model, until),
  });
}

function slowDown(seen: Seen, limits: readonly LimitNotice[], worst: LimitNotice): Failure {
  const until = Math.min(
    seen.hint ?? seen.now + SOURCE_TABLE[seen.source].minutePauseMs,
    seen.now + (WINDOWS[worst.kind] ?? Infinity),
  );
  return failed(seen, {
    class: "rate_limit",
    scope: "bucket",
    stated: true,
    ...metric(seen, worst),
    until,
    limits,
    code: "rate_limit_exceeded",
    message: sentence(worst, seen.model, until),
  });
}

/** An exhausted limit that is not a rate, such as the bytes of all files: it ends when its owner frees some. */
function usedUp(seen: Seen, limits: readonly LimitNotice[], worst: LimitNotice): Failure {
  return failed(seen, {
    class: "quota",
    scope: "bucket",
    stated: true,
    ...metric(seen, worst),
    limits,
    code: "insufficient_quota",
    message: "A limit of this key's project is used up and does not end by itself; make room or raise it.",
  });
}

function sentence({ kind, value }: LimitNotice, model: string, until: number): string {
  const limit = value === undefined ? WORDS[kind] : `${value} ${WORDS[kind]}`;
  return `Google's limit of ${limit} for the model ${model} is used up on this key until ${isoTime(until)}.`;
}

/** A point in time for a message, in UTC. */
function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** Exhausted prepaid credit, recognised by the message. */
export const prepaidRule: Rule = (seen) =>
  isExhausted(seen) &&
    /prepay|prepaid|spend(ing)? (cap|limit)|credits? (are|is) (depleted|exhausted|used up)|credit balance/i
      .test(seen.error.message)
    ? spent(seen, [{ kind: "spend" }])
    : undefined;

/** A 429 with a rate-limit reason and no more details. */
export const rateReasonRule: Rule = (seen) =>
  isExhausted(seen) && seen.error.reason === "RATE_LIMIT_EXCEEDED"
    ? slowDown(seen, [{ kind: "other" }], { kind: "other" })
    : undefined;

/**
 * Every other 429: a burst, the wrong host, or something in the request itself; unknown, so it is a guess about this key and
 * model.
 */
export const bareRule: Rule = (seen) => {
  if (!isExhausted(seen)) return undefined;
  return failed(seen, {
    class: "ambiguous_429",
    scope: "credential_model",
    ...(seen.hint === undefined ? {} : { until: seen.hint }),
    code: "rate_limit_exceeded",
    message: "Google refused the call with 429 and named no limit; wait a little and try again.",
  });
};

const PER_DAY_REGEXP = /per.?day|daily/i;
const PER_MINUTE_REGEXP = /per.?minute/i;
const TOKENS_REGEXP = /token/i;
/** `* Quota exceeded for metric: generativelanguage.googleapis.com/..., limit: 20, model: gemini-2.5-flash`. */
const MESSAGE_LIMIT_REGEXP = /metric: ([^\s,]+), limit: (\d+)(?:, model: ([^\s,]+))?/g;

/** Severity: a limit of 0, then the longest windows. */
const SEVERITY: Readonly<Record<LimitKind, number>> = {
  spend: 1,
  cap: 2,
  tokens_per_day: 3,
  requests_per_day: 4,
  tokens_per_minute: 5,
  requests_per_minute: 6,
  concurrency: 7,
  other: 8,
};

/** Derives the kind of a limit from its quotaId, metric or name in words. */
function limitKindOf(name: string): LimitKind {
  const tokens = TOKENS_REGEXP.test(name);
  if (/spend|spent|prepay|credit|billing/i.test(name)) return "spend";
  if (PER_DAY_REGEXP.test(name)) return tokens ? "tokens_per_day" : "requests_per_day";
  if (PER_MINUTE_REGEXP.test(name)) return tokens ? "tokens_per_minute" : "requests_per_minute";
  return /concurrent/i.test(name) ? "concurrency" : "other";
}

/** Metrics other than the operation's own, by words in Google's names; the first match counts. */
const METRICS: readonly (readonly [RegExp, string])[] = [
  [/ground|search|google_?maps|url_?context/i, "grounding"],
  [/cached_?content|cache_?storage/i, "cache"],
  [/storage|file_?bytes/i, "storage"],
  [/batch_?(mode|job|enqueue|generate)|enqueued/i, "batch"],
  [/embed/i, "embed"],
  [/count_?(text_?)?tokens/i, "count"],
  [/predict|imagen|veo|generate_?(images|videos)/i, "predict"],
  [/live|bidi/i, "live"],
];

/**
 * The metric that a limit is about: one of Google's that has a limit of its own (`grounding`, `cache`, `storage`, `batch`),
 * or the operation whose quota it is. Undefined when the name is not specific, and for the metrics of a usual turn.
 */
function metricOf(error: GoogleError, limit: LimitNotice | undefined): string | undefined {
  const violation = error.violations.find(({ quotaId }) => quotaId !== "" && quotaId === limit?.quotaId);
  const names = [violation?.metric, limit?.quotaId, /metric: ?'?([^\s',]+)/.exec(error.message)?.[1]];
  for (const name of names) {
    const found = METRICS.find(([pattern]) =>
      name !== undefined && pattern.test(name.replace(/^[^/]*\//, ""))
    );
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/**
 * Every limit that a 429 names, the worst first; empty when it names none. A limit of 0 means that this project's plan lacks
 * it.
 */
function limitsOf(error: GoogleError): readonly LimitNotice[] {
  const found = [...fromViolations(error), ...fromMetadata(error)];
  const limits = found.length > 0 ? found : fromMessage(error.message);
  return limits.toSorted((one, other) => severity(one) - severity(other));
}

function severity({ kind, value }: LimitNotice): number {
  return value === 0 ? 0 : SEVERITY[kind];
}

function fromViolations({ violations, message }: GoogleError): readonly LimitNotice[] {
  const stated = [...message.matchAll(MESSAGE_LIMIT_REGEXP)];
  return violations.map((violation) => ({
    kind: limitKindOf(violation.quotaId || violation.metric),
    ...numeric(violation.value ?? statedValue(violation, stated)),
    quotaId: violation.quotaId,
    ...(violation.model === undefined ? {} : { model: violation.model }),
  }));
}

/** Protobuf omits a zero: no value anywhere means the limit 0. */
function statedValue({ metric, model }: QuotaViolation, stated: readonly RegExpExecArray[]): string {
  const line = stated.find(([, name, , of]) => name === metric && (of === undefined || of === model));
  return line?.[2] ?? "0";
}

function numeric(value: string | undefined): { readonly value?: number } {
  return value === undefined || !/^\d+$/.test(value) ? {} : { value: Number(value) };
}

/** The older form: `quota_limit` and `quota_limit_value` beside the reason. */
function fromMetadata({ metadata }: GoogleError): readonly LimitNotice[] {
  const { quota_limit: quotaId, quota_limit_value: value } = metadata;
  if (quotaId === undefined) return [];
  return [{ kind: limitKindOf(quotaId), quotaId, ...numeric(value) }];
}

function fromMessage(message: string): readonly LimitNotice[] {
  const stated = [...message.matchAll(MESSAGE_LIMIT_REGEXP)];
  if (stated.length > 0) {
    return stated.map(([, metric, value, model]) => ({
      kind: limitKindOf(metric!),
      value: Number(value),
      ...(model === undefined ? {} : { model }),
    }));
  }
  const kind = limitKindOf(/and limit '([^']+)'/.exec(message)?.[1] ?? "");
  return kind === "other" ? [] : [{ kind }];
}
