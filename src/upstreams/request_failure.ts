import type { Failure } from "../core/mod.ts";
import { failed, type Rule, type Seen } from "./failure_rule.ts";
import { healingFor } from "./request_repair.ts";
import { safeText } from "./safe_text.ts";

/** Google's wording, and that of the Claude models behind Antigravity. */
const TOO_LONG_REGEXP =
  /input token count(?: \(?(\d+)\)?)? exceeds the maximum number of tokens allowed(?: \(?(\d+)\)?)?|prompt is too long: (\d+) tokens > (\d+) maximum/i;
const TOO_BIG_REGEXP = /request payload size exceeds the limit/i;

/** What the caller must change, in the words that coding agents know; a known repair comes along as `repair`. */
export const requestRule: Rule = (seen) => {
  const { status, error } = seen;
  if (status === 413 || (status === 400 && TOO_BIG_REGEXP.test(error.message))) return tooBig(seen);
  if (status !== 400 || error.form !== "json") return undefined;
  const tooLong = TOO_LONG_REGEXP.exec(error.message);
  return tooLong === null ? invalid(seen) : contextLength(seen, tooLong);
};

function tooBig(seen: Seen): Failure {
  return failed(seen, {
    class: "invalid_request",
    scope: "request",
    status: 413,
    code: "request_too_large",
    message: "The request is larger than Google takes; send fewer or smaller files and images.",
  });
}

function contextLength(seen: Seen, [, sent, maximum, claudeSent, claudeMaximum]: RegExpExecArray): Failure {
  const tokens = { sent: Number(sent ?? claudeSent), maximum: Number(maximum ?? claudeMaximum) };
  const most = Number.isNaN(tokens.maximum) ? "exceeded" : `${tokens.maximum} tokens`;
  const used = Number.isNaN(tokens.sent) ? "more" : `${tokens.sent} tokens`;
  return failed(seen, {
    class: "invalid_request",
    scope: "request",
    code: "context_length_exceeded",
    message:
      `This model's maximum context length is ${most}. However, your messages resulted in ${used}. Please reduce the length of the messages.`,
  });
}

function invalid(seen: Seen): Failure {
  const repair = healingFor(seen.error.message);
  const { field } = seen.error;
  return failed(seen, {
    class: "invalid_request",
    scope: "request",
    message: `Google refused the request: ${safeText(seen.error.message) || "no reason was given"}`,
    ...(field === undefined ? {} : { param: safeText(field) }),
    ...(repair === undefined ? {} : { repair }),
  });
}
