import type { JsonObject } from "../core/mod.ts";
import { reject, type Rejection } from "./errors.ts";

/** What Google counts per project and model. */
export type QuotaKind = "rpm" | "tpm" | "rpd" | "tpd";

/** One limit that a call would break. `limit` 0 means that the project may not use the model at all. */
export interface Violation {
  readonly kind: QuotaKind;
  readonly limit: number;
  readonly model: string;
  /** Milliseconds until the call would fit. */
  readonly retryMs: number;
}

const HELP_URL = "https://ai.google.dev/gemini-api/docs/rate-limits";
const RPC = "type.googleapis.com/google.rpc.";

const QUOTA_IDS: Readonly<Record<QuotaKind, string>> = {
  rpm: "GenerateRequestsPerMinutePerProjectPerModel",
  tpm: "GenerateContentInputTokensPerModelPerMinute",
  rpd: "GenerateRequestsPerDayPerProjectPerModel",
  tpd: "GenerateContentInputTokensPerModelPerDay",
};

function metricOf(violation: Violation, embedding: boolean, tier: string): string {
  const tokens = violation.kind === "tpm" || violation.kind === "tpd";
  const what = tokens ? "input_token_count" : "requests";
  return `generativelanguage.googleapis.com/${embedding ? "embed" : "generate"}_content_${tier}_tier_${what}`;
}

function quotaIdOf(violation: Violation, embedding: boolean, tier: string): string {
  const id = QUOTA_IDS[violation.kind];
  const named = embedding ? id.replace(/^Generate(Content)?/, "EmbedContent") : id;
  return `${named}-${tier === "free" ? "FreeTier" : "PaidTier"}`;
}

function violationBody(violation: Violation, embedding: boolean, tier: string): JsonObject {
  return {
    quotaMetric: metricOf(violation, embedding, tier),
    quotaId: quotaIdOf(violation, embedding, tier),
    quotaDimensions: { location: "global", model: violation.model },
    ...(violation.limit === 0 ? {} : { quotaValue: String(violation.limit) }),
  };
}

/**
 * The 429 of exceeded quotas. A broken minute tells the time that is left; a broken day carries a delay of some
 * seconds that means nothing, as Google's bodies do.
 */
export function quotaExceeded(
  violations: readonly Violation[],
  options: { readonly embedding: boolean; readonly tier: "free" | "paid"; readonly dayDelayMs: number },
): Rejection {
  const daily = violations.some((violation) => violation.kind === "rpd" || violation.kind === "tpd");
  const delay = daily ? options.dayDelayMs : Math.max(...violations.map((violation) => violation.retryMs), 1);
  const lines = violations.map((violation) =>
    `\n* Quota exceeded for metric: ${metricOf(violation, options.embedding, options.tier)}, ` +
    `limit: ${violation.limit}, model: ${violation.model}`
  );
  const message =
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, " +
    `head to: ${HELP_URL}. To monitor your current usage, head to: https://ai.dev/rate-limit. ${
      lines.join("")
    }\n` +
    `Please retry in ${secondsText(delay)}.`;
  return reject(429, message, [
    {
      "@type": RPC + "QuotaFailure",
      violations: violations.map((violation) => violationBody(violation, options.embedding, options.tier)),
    },
    { "@type": RPC + "Help", links: [{ description: "Learn more about Gemini API quotas", url: HELP_URL }] },
    { "@type": RPC + "RetryInfo", retryDelay: `${Math.ceil(delay / 1000)}s` },
  ]);
}

function secondsText(ms: number): string {
  return `${Number((ms / 1000).toFixed(9))}s`;
}

/** The older 429 of a project that is switched off in a region. */
export function regionLimitZero(projectNumber: string): Rejection {
  const service = "generativelanguage.googleapis.com";
  const message = "Quota exceeded for quota metric 'Generate Content API requests per minute' and limit " +
    `'GenerateContent request limit per minute for a region' of service '${service}' for consumer ` +
    `'project_number:${projectNumber}'.`;
  return reject(429, message, [
    {
      "@type": RPC + "ErrorInfo",
      reason: "RATE_LIMIT_EXCEEDED",
      domain: "googleapis.com",
      metadata: {
        service,
        quota_location: "us-west4",
        quota_limit_value: "0",
        quota_limit: "GenerateContentRequestsPerMinutePerProjectPerRegion",
        quota_metric: `${service}/generate_content_requests`,
        consumer: `projects/${projectNumber}`,
      },
    },
    {
      "@type": RPC + "Help",
      links: [{
        description: "Request a higher quota limit.",
        url: "https://cloud.google.com/docs/quota#requesting_higher_quota",
      }],
    },
  ]);
}
