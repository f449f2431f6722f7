import type { Failure, Repair } from "../core/mod.ts";
import { failed, type Rule, safeText, type Seen } from "./failure_rule.ts";

/** Google's wording, and that of the Claude models behind Antigravity. */
const TOO_LONG_REGEXP =
  /input token count(?: \(?(\d+)\)?)? exceeds the maximum number of tokens allowed(?: \(?(\d+)\)?)?|prompt is too long: (\d+) tokens > (\d+) maximum/i;
const TOO_BIG_REGEXP = /request payload size exceeds the limit/i;

/** An invalid request, with a message that coding agents recognise; with a known repair as `repair`. */
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
  const repair = repairFor(seen.error.message);
  const { field } = seen.error;
  return failed(seen, {
    class: "invalid_request",
    scope: "request",
    message: `Google refused the request: ${safeText(seen.error.message) || "no reason was given"}`,
    ...(field === undefined ? {} : { param: safeText(field) }),
    ...(repair === undefined ? {} : { repair }),
  });
}

const UNKNOWN_NAME_REGEXP = /Unknown name "([^"]+)"(?: at '([^']*)')?/;
/** "... has a maxOutputTokens value of N but the supported range is from 1 (inclusive) to 65537 (exclusive)". */
const OUTPUT_RANGE_REGEXP =
  // deno-lint-ignore geminitro/linear-regexps -- a message has at most 2,000 characters
  /maxOutputTokens.*supported range is from 1 \(inclusive\) to (\d+) \(exclusive\)/i;

/** Inside a tool's or a reply's schema, or the field that holds one. */
const SCHEMA_PATH_REGEXP = /function_?declarations|response_?(json_?)?schema|parameters/i;
const SCHEMA_NAME_REGEXP = /^(parameters|response)_?json_?schema$/i;
const BAD_SIGNATURE_REGEXP =
  // deno-lint-ignore geminitro/linear-regexps -- a message has at most 2,000 characters
  /missing a `?thought_?signature|(corrupted|invalid|not valid).{0,3}.*thought.?signature|thought.?signature.*(not valid|invalid|TYPE_BYTES)/i;

/** Google's texts for a setting a model does not take, and the repair with which the request is accepted. */
const BY_TEXT: readonly (readonly [RegExp, Repair])[] = [
  [BAD_SIGNATURE_REGEXP, { kind: "dummy_signatures" }],
  [/invalid `?signature`? in `?thinking`? block/i, { kind: "no_old_thoughts" }],
  [/expected `?thinking`? or `?redacted_thinking/i, { kind: "no_thinking" }],
  [/penalty is not enabled/i, { kind: "no_penalties" }],
  [/logprobs is not enabled/i, { kind: "no_logprobs" }],
  [/(?:function calling|tool use) with a response mime type/i, { kind: "no_json_with_tools" }],
  [/^(\* )?request contains an invalid argument\.?$/i, { kind: "drop_schema_bounds" }],
];

/**
 * The repair for a 400, by its message; undefined when the request is simply invalid. The field to drop is the full path in
 * Google's spelling, such as `generation_config.top_q`.
 */
function repairFor(message: string): Repair | undefined {
  const range = OUTPUT_RANGE_REGEXP.exec(message);
  if (range !== null) return { kind: "clamp_output", maximum: Number(range[1]) - 1 };
  const unknownName = UNKNOWN_NAME_REGEXP.exec(message);
  if (unknownName !== null) return unknownField(unknownName[1]!, unknownName[2] ?? "");
  if (isSchemaRefusal(message)) return { kind: "plain_schema" };
  const found = BY_TEXT.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? thinkingRepair(message);
}

function unknownField(name: string, path: string): Repair {
  if (SCHEMA_NAME_REGEXP.test(name) || SCHEMA_PATH_REGEXP.test(path)) return { kind: "plain_schema" };
  return { kind: "drop_field", field: path === "" ? name : `${path}.${name}` };
}

function thinkingRepair(message: string): Repair | undefined {
  if (/thinking budget \S+ is invalid|budget -?\d+ is invalid|only works in thinking mode/i.test(message)) {
    return { kind: "clamp_thinking", text: message.slice(0, 300) };
  }
  // deno-lint-ignore geminitro/linear-regexps -- a message has at most 2,000 characters
  return /thinking.*not support|not support.*thinking/i.test(message) ? { kind: "no_thinking" } : undefined;
}

/** Quoted by users of agents, without a thread that could be named. */
const REPORTED = "reported";

/**
 * Google's messages for an unreadable schema, as quoted in public. Each leads once to the plainer conversion, without
 * these keywords, references and shapes.
 */
const SCHEMA_REFUSALS: readonly (readonly [text: RegExp, seenAt: string])[] = [
  [/items: missing field/i, "DEEIX-AI/DEEIX-Chat#546"],
  [/field predicate failed: \$type == Type\.(ARRAY|OBJECT|STRING)/i, REPORTED],
  [/was set alongside unsupported fields/i, "anomalyco/opencode#12295, su-kaka/gcli2api#374"],
  [/enum\[\d+\]: cannot be empty/i, REPORTED],
  [/only allowed for (STRING|OBJECT|ARRAY) type/i, "anomalyco/opencode#11888"],
  [/required\[\d+\]: property is not defined/i, "probelabs/probe#569"],
  [/should be non-empty for OBJECT type/i, REPORTED],
  [/should be of type OBJECT/i, REPORTED],
  [/must be specified when not using one_of, any_of or all_of/i, "danny-avila/LibreChat#6971"],
  [
    /exceeds the maximum allowed nesting depth|maximum schema depth/i,
    "google-gemini/gemini-cli#5923, googleapis/js-genai#882",
  ],
  [/schema.{0,200}too many states/i, REPORTED],
  [/schema at .{0,300} must be a boolean or an object/i, REPORTED],
  [/schema at .{0,300} requires unspecified property/i, "Gitlawb/openclaude#82"],
  [/value for \w+ at .{0,300} must be an? (object|array)/i, "cbdb-project/cbdb-online-main-server#879"],
  [/unresolvable reference|reference to undefined schema/i, REPORTED],
];

/** True for a refusal that a plainer schema resolves. */
function isSchemaRefusal(message: string): boolean {
  return SCHEMA_REFUSALS.some(([text]) => text.test(message));
}
