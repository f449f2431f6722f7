/** Quoted by users of agents, without a thread that could be named. */
const REPORTED = "reported";

/**
 * What Google says when it cannot read a schema, as quoted in public. Each leads once to the plainer conversion, in which no
 * keyword, reference or shape of these is left.
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

/** True for a refusal that a plainer schema answers. */
export function isSchemaRefusal(message: string): boolean {
  return SCHEMA_REFUSALS.some(([text]) => text.test(message));
}
