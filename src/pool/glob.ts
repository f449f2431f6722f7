const COMPILED = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const known = COMPILED.get(pattern);
  if (known !== undefined) return known;
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  const regexp = new RegExp(`^${source}$`, "i");
  if (COMPILED.size > 1_000) COMPILED.clear();
  COMPILED.set(pattern, regexp);
  return regexp;
}

/** True when the model may be served under these patterns: not denied, and allowed if there is an allow list. `*` and `?` are wild. */
export function modelPermitted(
  model: string,
  allow: readonly string[] | undefined,
  deny: readonly string[] | undefined,
): boolean {
  if (deny?.some((pattern) => compile(pattern).test(model))) return false;
  return allow === undefined || allow.some((pattern) => compile(pattern).test(model));
}
