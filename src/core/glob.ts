/** Names are at most 200 characters long, so that a longer pattern matches none. */
const LONGEST_PATTERN = 256;

/** Cache of prepared patterns: only a few are in use. */
const prepared = new Map<string, string>();
const MOST_PREPARED = 1_000;

/**
 * True when `name` fits the pattern: `*` matches any characters, `?` one, everything else itself in either case.
 * Every model filter uses it. Linear in the name: patterns have at most 256 characters, and an earlier star is
 * never retried.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  const glob = prepare(pattern);
  if (glob.length > LONGEST_PATTERN) return false;
  const text = name.toLowerCase();
  let at = 0;
  let star = -1;
  let starAt = 0;
  let index = 0;
  while (at < text.length) {
    if (glob[index] === "*") {
      star = index++;
      starAt = at;
    } else if (glob[index] === "?" || glob[index] === text[at]) {
      index++;
      at++;
    } else if (star >= 0) {
      index = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (glob[index] === "*") index++;
  return index === glob.length;
}

/** The pattern in lower case, with one star for several in a row. */
function prepare(pattern: string): string {
  const known = prepared.get(pattern);
  if (known !== undefined) return known;
  const glob = pattern.replace(/\*+/g, "*").toLowerCase();
  if (glob.length <= LONGEST_PATTERN) {
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    prepared.set(pattern, glob);
  }
  return glob;
}

/** Patterns of models that are allowed or denied; an absent list is no rule. */
export interface ModelRules {
  readonly allowModels?: readonly string[];
  readonly denyModels?: readonly string[];
}

/** Rules, with null for missing lists. */
export function statedRules(rules: ModelRules): Readonly<Record<keyof ModelRules, readonly string[] | null>> {
  return { allowModels: rules.allowModels ?? null, denyModels: rules.denyModels ?? null };
}

/** Rules, with empty lists for missing ones. */
export function filledRules(
  rules: { readonly [Name in keyof ModelRules]?: readonly string[] | null },
): Required<ModelRules> {
  return { allowModels: rules.allowModels ?? [], denyModels: rules.denyModels ?? [] };
}

/** True when no deny pattern matches and, if there are allow patterns, one of them does. */
export function permitsModel({ allowModels, denyModels }: ModelRules, model: string): boolean {
  if (denyModels?.some((pattern) => matchesGlob(pattern, model)) === true) return false;
  return allowModels === undefined || allowModels.some((pattern) => matchesGlob(pattern, model));
}
