/** True when `text` fits the pattern: `*` stands for any characters, `?` for one, everything else for itself, case and all. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starAt = 0;
  let index = 0;
  while (at < text.length) {
    if (pattern[index] === "*") {
      star = index++;
      starAt = at;
    } else if (pattern[index] === "?" || pattern[index] === text[at]) {
      index++;
      at++;
    } else if (star >= 0) {
      // The last star takes one more character; earlier ones never have to, so this stays quadratic at worst.
      index = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[index] === "*") index++;
  return index === pattern.length;
}

/** Patterns of models that may or may not be served; an absent list is no rule. */
export interface ModelRules {
  readonly allowModels?: readonly string[] | undefined;
  readonly denyModels?: readonly string[] | undefined;
}

/** True when no deny pattern fits, and an allow pattern does if there are any rules to allow. */
export function permitsModel({ allowModels, denyModels }: ModelRules, model: string): boolean {
  if (denyModels?.some((pattern) => matchesGlob(pattern, model)) === true) return false;
  return allowModels === undefined || allowModels.some((pattern) => matchesGlob(pattern, model));
}
