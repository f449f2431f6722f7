import type { Failure, FailureClass, FailureScope, Operation, SourceName } from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { type GoogleError, parseGoogleError } from "./google_error.ts";
import { retryTime } from "./retry_time.ts";
import { safeText } from "./safe_text.ts";

/** A failed reply as every rule sees it. */
export interface Seen {
  readonly error: GoogleError;
  /** Of the reply; for an error inside a stream that began well, the one the body names. */
  readonly status: number;
  readonly model: string;
  readonly operation: Operation;
  readonly source: SourceName;
  readonly now: number;
  /** Epoch milliseconds at which Google says to come back; absent when it does not say. */
  readonly hint?: number;
}

/** Recognises one kind of failure, or leaves it to the next rule. */
export type Rule = (seen: Seen) => Failure | undefined;

/** Reads the reply once for all rules. */
export function see(input: FailureInput, source: SourceName): Seen {
  const error = parseGoogleError(input.body);
  const hint = retryTime(error, input.headers, input.now);
  return {
    error,
    status: input.status < 400 ? error.code ?? input.status : input.status,
    model: input.model,
    operation: input.operation ?? "generate",
    source,
    now: input.now,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** What a rule decides; the rest of the Failure is the same for all. */
export type Decision =
  & { readonly class: FailureClass; readonly scope: FailureScope; readonly message: string }
  & Partial<
    Pick<Failure, "code" | "param" | "until" | "limits" | "link" | "heal" | "status" | "stated" | "metric">
  >;

/** Makes the Failure of a decision; Google's own words follow ours, for they are what people search for. */
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
  // A caller's fault is told in the words that agents look for.
  if (form === "html" || words === "" || name === "caller_fault" || room < 20) return ours;
  return `${ours} Google: "${words.length <= room ? words : words.slice(0, room) + "..."}"`;
}

/** A key's errors name its own project; those of an OAuth client may name the client's. */
function projectOf({ source, error: { metadata: { consumer } } }: Seen): string | undefined {
  return source === "api_key" && consumer !== undefined && /^projects\/\d+$/.test(consumer)
    ? consumer
    : undefined;
}

/** The answer of the first rule that recognises the failure; else `unknown`, which concerns the request alone. */
export function firstRule(seen: Seen, rules: readonly Rule[]): Failure {
  for (const rule of rules) {
    const failure = rule(seen);
    if (failure !== undefined) return failure;
  }
  return failed(seen, {
    class: "unknown",
    scope: "request",
    message: `Google answered with status ${seen.status} in a form that this proxy does not know.`,
  });
}
