import type { Failure } from "../../core/mod.ts";
import type { CallTrail } from "../../relay/mod.ts";

/** Longest value that agents' HTTP stacks were seen to take without complaint. */
const LONGEST_HEADER = 1000;

/** Nothing that comes from an upstream may run or be guessed into markup, as the dashboard's origin is the same. */
export const INERT_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
} as const;

/** What is said of a call beside its answer (contract, "Reply headers"). Never a key: its label or tail. */
export function replyHeaders(trail: CallTrail, now: number): Record<string, string> {
  const headers: Record<string, string> = { ...INERT_HEADERS, "x-request-id": trail.facts.id };
  // The name that Anthropic's SDKs read.
  if (trail.facts.dialect.startsWith("anthropic")) headers["request-id"] = trail.facts.id;
  if (trail.last !== undefined) {
    headers["x-geminitro-source"] = trail.last.source;
    headers["x-geminitro-key"] = headerText(trail.last.name);
  }
  if (trail.modelUsed !== undefined) headers["x-geminitro-model"] = headerText(trail.modelUsed);
  headers["x-geminitro-attempts"] = String(trail.begun);
  headers["x-geminitro-queued-ms"] = String(Math.round(trail.queuedMs));
  if (trail.warnings.length > 0) headers["x-geminitro-warnings"] = headerText(trail.warnings.join("; "));
  headers["server-timing"] = serverTiming(trail, now);
  return headers;
}

function serverTiming(trail: CallTrail, now: number): string {
  const total = now - trail.facts.at;
  const upstream = trail.firstTokenMs === undefined ? 0 : trail.firstTokenMs - trail.queuedMs;
  const proxy = Math.max(0, total - upstream - trail.queuedMs);
  return `queue;dur=${Math.round(trail.queuedMs)}, upstream;dur=${
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
/** When to come back after a passing failure of which nobody knows the end: all slots are in use, a model is overloaded. */
const UNKNOWN_SECONDS = 5;

/** Headers of a failed call: its class, and when to come back. */
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
