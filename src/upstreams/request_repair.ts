import type { Repair } from "../core/mod.ts";
import { isSchemaRefusal } from "./schema_refusals.ts";

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

/** Google's texts for a setting a model does not take, and the change that makes the same request pass. */
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
 * The one change worth a second try for a 400, by its message; undefined when the request is simply wrong. The field to drop is
 * the full path in Google's spelling, such as `generation_config.top_q`.
 */
export function healingFor(message: string): Repair | undefined {
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
