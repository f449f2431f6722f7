/** Google reads no JSON that is nested deeper than about a hundred levels. */
export const MAX_NESTING = 100;

/**
 * Where a value goes deeper than `levels`, as a path like `tools[0].parameters.properties`; undefined when it does not. An
 * array or object is one level. The recursion itself ends at `levels`.
 */
export function tooDeepAt(value: unknown, levels: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (levels === 0) return "";
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const inside = inner(value[index], levels);
      if (inside !== undefined) return `[${index}]${inside}`;
    }
    return undefined;
  }
  const members = value as Record<string, unknown>;
  for (const name in members) {
    const inside = inner(members[name], levels);
    if (inside !== undefined) return `.${name}${inside}`;
  }
  return undefined;
}

/** Most values are texts and numbers, which are spared the call. */
function inner(value: unknown, levels: number): string | undefined {
  return typeof value === "object" && value !== null ? tooDeepAt(value, levels - 1) : undefined;
}
