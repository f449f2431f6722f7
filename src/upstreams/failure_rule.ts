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

/** A model that is not on a plan or not on a key comes back by a change of the plan, so it is asked again only twice a day. */
export const MODEL_LOCK = 12 * 3_600_000;

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

/** Makes the Failure of a decision. */
export function failed(seen: Seen, decision: Decision): Failure {
  const { form, status, reason, message } = seen.error;
  const words = [String(seen.status), status, reason, form === "json" ? "" : form, safeText(message)];
  return {
    status: seen.status,
    source: seen.source,
    detail: words.filter((word) => word !== "").join(" "),
    ...decision,
  };
}

/** The answer of the first rule that recognises the failure; else `unknown`, which cools nothing. */
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
