import {
  type Failure,
  type FailureClass,
  type FailureScope,
  type Operation,
  redact,
  SOURCE_TABLE,
  type SourceName,
} from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { type GoogleError, parseGoogleError, retryTime } from "./google_error.ts";

/** A failed reply, parsed for the rules. */
export interface Seen {
  readonly error: GoogleError;
  /** The status of the reply; for an error inside a stream, the one in its body. */
  readonly status: number;
  readonly model: string;
  readonly operation: Operation;
  /** True when the request names a resource of a project. */
  readonly named: boolean;
  readonly source: SourceName;
  readonly now: number;
  /** Google's retry time in epoch milliseconds, at most the source's longest window away; absent when it states none. */
  readonly hint?: number;
}

/** Recognises one kind of failure, or leaves it to the next rule. */
export type Rule = (seen: Seen) => Failure | undefined;

/** Parses the reply once for all rules. */
export function see(input: FailureInput, source: SourceName): Seen {
  const error = parseGoogleError(input.body);
  const stated = retryTime(error, input.headers, input.now);
  const hint = stated === undefined
    ? undefined
    : Math.min(stated, input.now + SOURCE_TABLE[source].longestWaitMs);
  return {
    error,
    status: input.status < 400 ? error.code ?? input.status : input.status,
    model: input.model,
    operation: input.operation ?? "generate",
    named: input.named ?? false,
    source,
    now: input.now,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The fields of a Failure that a rule decides; the others are the same for all. */
export type Decision =
  & { readonly class: FailureClass; readonly scope: FailureScope; readonly message: string }
  & Partial<
    Pick<Failure, "code" | "param" | "until" | "limits" | "link" | "repair" | "status" | "stated" | "metric">
  >;

/** Makes the Failure of a decision; Google's message follows ours, as people search for it. */
export function failed(seen: Seen, decision: Decision): Failure {
  const { form, status, reason, message } = seen.error;
  const words = [String(seen.status), status, reason, form === "json" ? "" : form, safeText(message)];
  const project = projectOf(seen);
  return {
    status: seen.status,
    source: seen.source,
    detail: words.filter((word) => word !== "").join(" "),
    ...(project === undefined ? {} : { project }),
    ...decision,
    message: withGooglesWords(seen, decision),
  };
}

const LONGEST_MESSAGE = 390;

function withGooglesWords(
  { error: { form, message } }: Seen,
  { class: name, message: ours }: Decision,
): string {
  const words = safeText(message);
  const room = LONGEST_MESSAGE - ours.length - ' Google: "..."'.length;
  // An invalid request keeps the message that agents look for.
  if (form === "html" || words === "" || name === "invalid_request" || room < 20) return ours;
  return `${ours} Google: "${words.length <= room ? words : words.slice(0, room) + "..."}"`;
}

/** A key's errors name its own project; those of an OAuth client may name the client's. */
function projectOf({ source, error: { metadata: { consumer } } }: Seen): string | undefined {
  return source === "api_key" && consumer !== undefined && /^projects\/\d+$/.test(consumer)
    ? consumer
    : undefined;
}

/** The result of the first matching rule; else `unknown`, which concerns the request alone. */
export function firstRule(seen: Seen, rules: readonly Rule[]): Failure {
  for (const rule of rules) {
    const failure = rule(seen);
    if (failure !== undefined) return seen.named ? ofOneThing(failure) : failure;
  }
  const unknown = failed(seen, {
    class: "unknown",
    scope: "request",
    message: `Google answered with status ${seen.status} in a form that this proxy does not know.`,
  });
  return seen.named ? ofOneThing(unknown) : unknown;
}

const OF_ONE_THING: ReadonlySet<FailureClass> = new Set(["model_gone", "not_on_tier", "unknown"]);

/**
 * Limits a failure to the request when that names a file: Google's "not found" may concern the file instead of the model,
 * and no key is at fault.
 */
function ofOneThing(failure: Failure): Failure {
  const { class: name, status, message, detail, source } = failure;
  if (!OF_ONE_THING.has(name) || status < 400 || status >= 500) return failure;
  return {
    class: "invalid_request",
    scope: "request",
    status,
    code: status === 404 ? "not_found" : "invalid_request",
    message: status === 404 ? "Google does not find what the request names" : message,
    ...(detail === undefined ? {} : { detail }),
    ...(source === undefined ? {} : { source }),
  };
}

const LONGEST = 300;

/** Google's names for a caller: `api_key:...`, `project_number:...`, `projects/...`, `?project=...`, `in project ...`. */
const CALLER_REGEXP = /(api_key:|project_number:|projects\/|[?&]project=|\bin project )[^\s'"`,;&)\]]+/gi;
const MARKUP_REGEXP = /<[^<>]*>/g;
// deno-lint-ignore no-control-regex -- control characters are what is taken out
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]+/g;

/**
 * One line of Google's message without keys, project names, markup and web links that name a project; at most 300
 * characters.
 */
export function safeText(words: string): string {
  const clean = redact(words.replace(CALLER_REGEXP, "$1[redacted]"))
    .replace(MARKUP_REGEXP, " ")
    .replace(CONTROL_REGEXP, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return clean.length <= LONGEST ? clean : clean.slice(0, LONGEST - 3) + "...";
}
