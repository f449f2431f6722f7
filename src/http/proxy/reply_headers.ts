import type { Failure } from "../../core/mod.ts";
import type { CallTrace } from "../../relay/mod.ts";

/** Longest value that agents' HTTP stacks were seen to take without complaint. */
const LONGEST_HEADER = 1000;

/** Headers that keep upstream content from running or being sniffed as markup, as the dashboard has the same origin. */
export const INERT_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
} as const;

/** Headers about a call in its reply (docs/api.md). Never a key, only its label or tail. */
export function replyHeaders(trace: CallTrace, now: number): Record<string, string> {
  const headers: Record<string, string> = { ...INERT_HEADERS, "x-request-id": trace.facts.id };
  // The header that Anthropic's SDKs read.
  if (trace.facts.dialect.startsWith("anthropic")) headers["request-id"] = trace.facts.id;
  if (trace.last !== undefined) {
    headers["x-geminitro-source"] = trace.last.source;
    headers["x-geminitro-key"] = headerText(trace.last.name);
  }
  if (trace.modelUsed !== undefined) headers["x-geminitro-model"] = headerText(trace.modelUsed);
  headers["x-geminitro-attempts"] = String(trace.begun);
  headers["x-geminitro-queued-ms"] = String(Math.round(trace.queuedMs));
  if (trace.warnings.length > 0) headers["x-geminitro-warnings"] = headerText(trace.warnings.join("; "));
  headers["server-timing"] = serverTiming(trace, now);
  return headers;
}

function serverTiming(trace: CallTrace, now: number): string {
  const total = now - trace.facts.at;
  const upstream = trace.firstTokenMs === undefined ? 0 : trace.firstTokenMs - trace.queuedMs;
  const proxy = Math.max(0, total - upstream - trace.queuedMs);
  return `queue;dur=${Math.round(trace.queuedMs)}, upstream;dur=${
    Math.round(Math.max(0, upstream))
  }, proxy;dur=${Math.round(proxy)}`;
}

/** Statuses after which the same call may be served later, and the failures that pass by themselves. */
const PASSING = [429, 503];
const PASSING_CLASSES: ReadonlySet<Failure["class"]> = new Set([
  "rate_limit",
  "overloaded",
  "ambiguous_429",
  "transport",
  "empty_reply",
]);
/** Retry time for a passing failure whose end is unknown: all slots are in use, a model is overloaded. */
const UNKNOWN_SECONDS = 5;

/** Headers of a failed call: its class, and when to retry. */
export function failureHeaders(failure: Failure, now: number): Record<string, string> {
  const headers: Record<string, string> = { "x-geminitro-failure": failure.class };
  if (failure.until !== undefined && failure.until > now) {
    headers["retry-after"] = String(Math.max(1, Math.ceil((failure.until - now) / 1000)));
  } else if (PASSING.includes(failure.status) && PASSING_CLASSES.has(failure.class)) {
    headers["retry-after"] = String(UNKNOWN_SECONDS);
  }
  return headers;
}

/** Header values are Latin-1 without line breaks; everything else becomes a question mark. */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, LONGEST_HEADER);
}
