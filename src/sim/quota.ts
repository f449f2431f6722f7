import type { JsonObject } from "../core/mod.ts";
import { reject, type Rejection } from "./errors.ts";

/** Limits of one model in one project; a missing one is unlimited, 0 means not offered. */
export interface QuotaLimits {
  readonly rpm?: number;
  readonly tpm?: number;
  readonly rpd?: number;
  readonly tpd?: number;
}

const MINUTE_MS = 60_000;

interface Counted {
  readonly at: number;
  readonly tokens: number;
}

/** Counts the calls of one project x model: a minute (sliding or by the clock) and a Pacific day. */
export class QuotaCounter {
  readonly #window: "sliding" | "fixed";
  #minute: Counted[] = [];
  #dayStart = 0;
  #dayRequests = 0;
  #dayTokens = 0;

  constructor(window: "sliding" | "fixed") {
    this.#window = window;
  }

  /** Counts the call if every limit allows it; otherwise counts nothing and returns the violations. */
  take(limits: QuotaLimits, tokens: number, now: number, model: string): readonly Violation[] {
    this.#forget(now);
    const zero = zeroLimits(limits, model);
    if (zero.length > 0) return zero;
    const violations = this.#violations(limits, tokens, now, model);
    if (violations.length > 0) return violations;
    this.#minute.push({ at: now, tokens });
    this.#dayRequests++;
    this.#dayTokens += tokens;
    return [];
  }

  /** What is counted at `now`: for the control plane. */
  usage(
    now: number,
  ): { readonly rpm: number; readonly tpm: number; readonly rpd: number; readonly tpd: number } {
    this.#forget(now);
    return {
      rpm: this.#minute.length,
      tpm: sum(this.#minute),
      rpd: this.#dayRequests,
      tpd: this.#dayTokens,
    };
  }

  /** Sets what the day has counted so far, as if other clients of the project had called. */
  preset(now: number, requests: number): void {
    this.#forget(now);
    this.#dayRequests = requests;
  }

  #forget(now: number): void {
    const start = this.#window === "sliding" ? now - MINUTE_MS : Math.floor(now / MINUTE_MS) * MINUTE_MS - 1;
    let gone = 0;
    while (gone < this.#minute.length && (this.#minute[gone]?.at ?? now) <= start) gone++;
    if (gone > 0) this.#minute.splice(0, gone);
    const day = now < this.#dayStart + 20 * 3_600_000 && now >= this.#dayStart
      ? this.#dayStart
      : pacificDayStart(now);
    if (day === this.#dayStart) return;
    this.#dayStart = day;
    this.#dayRequests = 0;
    this.#dayTokens = 0;
  }

  #violations(limits: QuotaLimits, tokens: number, now: number, model: string): readonly Violation[] {
    const found: Violation[] = [];
    const add = (kind: QuotaKind, limit: number, retryMs: number): void =>
      void found.push({ kind, limit, model, retryMs });
    const { rpm, tpm, rpd, tpd } = limits;
    if (rpm !== undefined && this.#minute.length + 1 > rpm) {
      add("rpm", rpm, this.#freeIn(now, { requests: rpm }));
    }
    if (tpm !== undefined && sum(this.#minute) + tokens > tpm) {
      add("tpm", tpm, this.#freeIn(now, { tokens: tpm - tokens }));
    }
    const midnight = (): number => nextPacificMidnight(now) - now;
    if (rpd !== undefined && this.#dayRequests + 1 > rpd) add("rpd", rpd, midnight());
    if (tpd !== undefined && this.#dayTokens + tokens > tpd) add("tpd", tpd, midnight());
    return found;
  }

  /** Milliseconds until the minute has room for one more request, or at most `tokens` counted tokens. */
  #freeIn(now: number, room: { readonly requests?: number; readonly tokens?: number }): number {
    if (this.#window === "fixed") return MINUTE_MS - (now % MINUTE_MS);
    let requests = this.#minute.length;
    let tokens = sum(this.#minute);
    for (const counted of this.#minute) {
      requests--;
      tokens -= counted.tokens;
      const fits = (room.requests === undefined || requests < room.requests) &&
        (room.tokens === undefined || tokens <= room.tokens);
      if (fits) return counted.at + MINUTE_MS - now;
    }
    return MINUTE_MS;
  }
}

/** Google lists all three quotas when a model is not offered, whatever else is limited. */
function zeroLimits(limits: QuotaLimits, model: string): readonly Violation[] {
  const { rpm, tpm, rpd } = limits;
  if (rpm !== 0 && tpm !== 0 && rpd !== 0) return [];
  return (["tpm", "rpm", "rpd"] as const).map((kind) => ({ kind, limit: 0, model, retryMs: MINUTE_MS }));
}

function sum(entries: readonly Counted[]): number {
  let total = 0;
  for (const entry of entries) total += entry.tokens;
  return total;
}

const FORMAT = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

const HOUR_MS = 3_600_000;

/** How far Los Angeles is from UTC at that moment, in milliseconds (negative: behind). */
function offsetAt(at: number): number {
  const parts = new Map(FORMAT.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  const number = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const wall = Date.UTC(
    number("year"),
    number("month") - 1,
    number("day"),
    number("hour"),
    number("minute"),
    number("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** The Pacific calendar day of that moment, as the epoch milliseconds at which it began. Daylight saving time is honoured. */
export function pacificDayStart(at: number): number {
  const wall = at + offsetAt(at);
  const wallMidnight = wall - (((wall % (24 * HOUR_MS)) + 24 * HOUR_MS) % (24 * HOUR_MS));
  const guess = wallMidnight - offsetAt(at);
  return wallMidnight - offsetAt(guess);
}

/** The next midnight in Los Angeles after that moment, in epoch milliseconds: 23, 24 or 25 hours after the last. */
export function nextPacificMidnight(at: number): number {
  // 30 hours after a day's start is always inside the next day, whether the day has 23, 24 or 25 hours.
  return pacificDayStart(pacificDayStart(at) + 30 * HOUR_MS);
}

/** What Google counts per project and model. */
type QuotaKind = "rpm" | "tpm" | "rpd" | "tpd";

/** One limit that a call would break. `limit` 0 means that the project may not use the model at all. */
interface Violation {
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
 * The 429 of exceeded quotas. For a minute it states the remaining time; for a day a delay of some seconds that is
 * meaningless, as Google's bodies do.
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
