import type { LimitKind, LimitNotice } from "../core/mod.ts";
import type { GoogleError, QuotaViolation } from "./google_error.ts";

const PER_DAY_REGEXP = /per.?day|daily/i;
const PER_MINUTE_REGEXP = /per.?minute/i;
const TOKENS_REGEXP = /token/i;
/** `* Quota exceeded for metric: generativelanguage.googleapis.com/..., limit: 20, model: gemini-2.5-flash`. */
const MESSAGE_LIMIT_REGEXP = /metric: ([^\s,]+), limit: (\d+)(?:, model: ([^\s,]+))?/g;

/** Worst first: a limit of nothing, then what lasts longest. */
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

/** Tells the kind of a limit from its quotaId, metric or name in words. */
function limitKindOf(name: string): LimitKind {
  const tokens = TOKENS_REGEXP.test(name);
  if (/spend|spent|prepay|credit|billing/i.test(name)) return "spend";
  if (PER_DAY_REGEXP.test(name)) return tokens ? "tokens_per_day" : "requests_per_day";
  if (PER_MINUTE_REGEXP.test(name)) return tokens ? "tokens_per_minute" : "requests_per_minute";
  return /concurrent/i.test(name) ? "concurrency" : "other";
}

/** Metrics that are not the operation's own, by words of Google's names for them; the first that fits counts. */
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
 * The metric that a limit is about: one of Google's that has a limit of its own (`grounding`, `cache`, `storage`, `batch`), or the
 * operation whose quota it is. Undefined when the name says nothing, and for what a call for a turn spends in any case.
 */
export function metricOf(error: GoogleError, limit: LimitNotice | undefined): string | undefined {
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

/** Every limit that a 429 names, the worst first; empty when it names none. A limit of 0 is on no plan of this project. */
export function limitsOf(error: GoogleError): readonly LimitNotice[] {
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

/** Protobuf leaves a zero out: no value anywhere is the limit 0. */
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
