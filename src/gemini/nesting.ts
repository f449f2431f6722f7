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
      const inside = tooDeepAt(value[index], levels - 1);
      if (inside !== undefined) return `[${index}]${inside}`;
    }
    return undefined;
  }
  for (const [name, entry] of Object.entries(value)) {
    const inside = tooDeepAt(entry, levels - 1);
    if (inside !== undefined) return `.${name}${inside}`;
  }
  return undefined;
}
