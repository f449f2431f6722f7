/** Compares the shape of what we send with what the real service was recorded to send. */

/**
 * Where `ours` lacks a key of `recorded` or has another type in its place. Null fits every type; arrays are compared by
 * their first elements; `ignored` are paths (`*` stands for array positions) that a proxy cannot fill.
 */
export function shapeProblems(
  recorded: unknown,
  ours: unknown,
  ignored: ReadonlySet<string>,
  path = "",
): string[] {
  if (ignored.has(path) || recorded === null || ours === null) return [];
  if (Array.isArray(recorded)) {
    if (!Array.isArray(ours)) return [`${path}: not an array`];
    return recorded.length === 0 || ours.length === 0
      ? []
      : shapeProblems(recorded[0], ours[0], ignored, `${path}.*`);
  }
  if (typeof recorded !== "object") {
    return typeof recorded === typeof ours ? [] : [`${path}: ${typeof ours}, not ${typeof recorded}`];
  }
  if (typeof ours !== "object" || Array.isArray(ours)) return [`${path}: not an object`];
  return Object.entries(recorded as Record<string, unknown>).flatMap(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    if (ignored.has(place)) return [];
    if (!(key in (ours as object))) return [`${place}: missing`];
    return shapeProblems(value, (ours as Record<string, unknown>)[key], ignored, place);
  });
}

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? new URL("../../../shared", import.meta.url).pathname;

/** The body of a recorded reply of OpenAI or Anthropic; undefined, with a printed reason, when the folder is absent. */
export function recordedOutput(name: string): string | undefined {
  try {
    const file = `${SHARED}/recordings/openai-anthropic-output-shape/${name}.json`;
    return JSON.parse(Deno.readTextFileSync(file)).response.body_text;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no ${name} under ${SHARED}; set GEMINITRO_SHARED`);
    return undefined;
  }
}
