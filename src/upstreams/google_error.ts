import { isObject, parseForeign } from "../core/mod.ts";

/** One exceeded limit of a QuotaFailure detail. */
export interface QuotaViolation {
  readonly quotaId: string;
  readonly metric: string;
  readonly model?: string;
  /** As written; absent when Google sent none. */
  readonly value?: string;
}

/** An error reply of any Google API, read into one shape; everything but `form` may be missing. */
export interface GoogleError {
  /** Only `json` bodies were written by an API; the others come from a front end or a proxy. */
  readonly form: "json" | "html" | "text" | "empty";
  /** The HTTP status that the body names. */
  readonly code?: number;
  /** The gRPC word: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, ... */
  readonly status: string;
  readonly message: string;
  /** ErrorInfo.reason, in Google's capitals. */
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** RetryInfo.retryDelay as written. */
  readonly retryDelay?: string;
  readonly violations: readonly QuotaViolation[];
  readonly links: readonly string[];
  /** BadRequest.fieldViolations[0].field. */
  readonly field?: string;
}

/** Characters of a message that the rules check; some of their patterns are quadratic. */
const LONGEST_MESSAGE = 2_000;

const NOTHING = {
  status: "",
  message: "",
  reason: "",
  domain: "",
  metadata: {},
  violations: [],
  links: [],
} as const;

const text = (value: unknown): string => typeof value === "string" ? value : "";
const list = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const record = (value: unknown): Record<string, unknown> => isObject(value) ? value : {};

/** Reads an error body: an object, the same in an array, HTML, plain text or nothing. Never throws. */
export function parseGoogleError(body: string): GoogleError {
  const trimmed = body.trim();
  if (trimmed === "") return { ...NOTHING, form: "empty" };
  const error = errorObject(trimmed);
  if (error !== undefined) return fromObject(error);
  return {
    ...NOTHING,
    form: trimmed.startsWith("<") ? "html" : "text",
    message: trimmed.slice(0, LONGEST_MESSAGE),
  };
}

function errorObject(body: string): Record<string, unknown> | undefined {
  let parsed: unknown;
  try {
    parsed = parseForeign(body);
  } catch {
    return undefined;
  }
  const holder = Array.isArray(parsed)
    ? parsed.find((item) => isObject(item) && isObject(item["error"]))
    : parsed;
  return isObject(holder) && isObject(holder["error"]) ? holder["error"] : undefined;
}

function fromObject(error: Record<string, unknown>): GoogleError {
  const details = list(error["details"]);
  const detail = (name: string) => record(details.find((one) => text(one["@type"]).endsWith("." + name)));
  const info = detail("ErrorInfo");
  const retryDelay = text(detail("RetryInfo")["retryDelay"]);
  const field = text(list(detail("BadRequest")["fieldViolations"])[0]?.["field"]);
  return {
    form: "json",
    ...(typeof error["code"] === "number" ? { code: error["code"] } : {}),
    status: text(error["status"]),
    message: innerMessage(text(error["message"])).slice(0, LONGEST_MESSAGE),
    reason: text(info["reason"]),
    domain: text(info["domain"]),
    metadata: metadataOf(info["metadata"]),
    ...(retryDelay === "" ? {} : { retryDelay }),
    violations: list(detail("QuotaFailure")["violations"]).map(violation),
    links: list(detail("Help")["links"]).map((link) => text(link["url"])).filter((url) => url !== ""),
    ...(field === "" ? {} : { field }),
  };
}

/** Claude models behind Antigravity put their own error, as JSON, into the message. */
function innerMessage(message: string): string {
  if (!message.startsWith("{")) return message;
  return text(errorObject(message)?.["message"]) || message;
}

function metadataOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function violation(detail: Record<string, unknown>): QuotaViolation {
  const model = text(record(detail["quotaDimensions"])["model"]);
  const value = detail["quotaValue"];
  return {
    quotaId: text(detail["quotaId"]),
    metric: text(detail["quotaMetric"]),
    ...(model === "" ? {} : { model }),
    ...(typeof value === "string" || typeof value === "number" ? { value: String(value) } : {}),
  };
}

/**
 * Google's retry time in epoch milliseconds; undefined when it states none. Of several delays the longest counts, because
 * the one in the message is finer than RetryInfo; then the timestamp, then Retry-After.
 */
export function retryTime(error: GoogleError, headers: Headers | undefined, now: number): number | undefined {
  const delays = [
    parseGoogleDuration(error.retryDelay ?? ""),
    parseGoogleDuration(error.metadata["quotaResetDelay"] ?? ""),
    delayInMessage(error.message),
  ].filter((delay) => delay !== undefined);
  return delays.length > 0 ? now + Math.max(...delays) : stampedTime(error, now) ?? headerTime(headers, now);
}

function stampedTime(error: GoogleError, now: number): number | undefined {
  const stamp = Date.parse(error.metadata["quotaResetTimeStamp"] ?? "");
  return Number.isNaN(stamp) || stamp <= now ? undefined : stamp;
}

function headerTime(headers: Headers | undefined, now: number): number | undefined {
  const value = headers?.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return now + Math.ceil(Number(value) * 1_000);
  const date = Date.parse(value);
  return Number.isNaN(date) || date <= now ? undefined : date;
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  ns: 0.000_001,
};
const PART_REGEXP = /(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)/gy;
const DURATION_REGEXP = /^(?:\d+(?:\.\d+)?(?:ms|us|ns|h|m|s))+$/;
/** "Please retry in 48.9s", "reset after 1h43m56s", "Resets in 71h15m27s". */
const IN_MESSAGE_REGEXP = /(?:retry in|reset after|resets in)\s+((?:\d+(?:\.\d+)?(?:ms|us|ns|h|m|s))+)/i;

/** Milliseconds of a protobuf or Go duration such as `34.4s`, `161h39m41.3s` or `479.417207ms`, rounded up; undefined for other texts. */
export function parseGoogleDuration(text: string): number | undefined {
  if (!DURATION_REGEXP.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART_REGEXP)) total += Number(amount) * UNITS[unit!]!;
  return Math.ceil(total);
}

/** The delay in milliseconds stated in an error message; undefined when it states none. */
export function delayInMessage(message: string): number | undefined {
  const found = IN_MESSAGE_REGEXP.exec(message)?.[1];
  return found === undefined ? undefined : parseGoogleDuration(found);
}
