import { isObject, parseForeign } from "../core/mod.ts";

/** What a QuotaFailure detail says of one exceeded limit. */
export interface QuotaViolation {
  readonly quotaId: string;
  readonly metric: string;
  readonly model?: string;
  /** As written; absent when Google sent none. */
  readonly value?: string;
}

/** An error reply of any Google API, read into one shape; everything but `form` may be missing. */
export interface GoogleError {
  /** Only `json` bodies were written by an API; the others come from a front end or a proxy on the way. */
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

/** Characters of a message that the rules look at; some of their patterns take the square of it. */
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
