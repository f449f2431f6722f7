/** Longer chains are treated as a mistake. */
export const LONGEST_CHAIN = 16;

const PREFIX_REGEXP = /^(?:models\/|google\/|geminitro\/)+/;

/** A model's name without the prefixes that clients and providers put before it. */
export function bareName(name: string): string {
  return name.replace(PREFIX_REGEXP, "");
}

/** Follows aliases from a name to a model; undefined for a cycle or a chain that is too long. */
export function followAliases(name: string, aliases: ReadonlyMap<string, string>): string | undefined {
  let current = name;
  for (let step = 0; step <= LONGEST_CHAIN; step++) {
    const target = aliases.get(current) ?? aliases.get(bareName(current));
    if (target === undefined) return bareName(current);
    current = target;
  }
  return undefined;
}

/** Returns why an alias is refused, as one sentence; undefined when it is allowed. */
export function aliasProblem(
  alias: { readonly name: string; readonly target: string },
  aliases: ReadonlyMap<string, string>,
): string | undefined {
  const name = bareName(alias.name);
  if (name === "" || bareName(alias.target) === "") return "An alias needs a name and a target.";
  const after = new Map([...aliases, [name, alias.target]]);
  return followAliases(name, after) === undefined
    ? `The alias ${name} would lead back to itself or over more than ${LONGEST_CHAIN} steps; choose another target.`
    : undefined;
}

/** Names with more differences than this share of their length are not alike. */
const TOLERANCE = 0.4;

/** Levenshtein's distance between two short texts. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const swap = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}

/** Up to `count` known names that look like the wrong one, the most alike first. */
export function nearNames(wrong: string, known: Iterable<string>, count = 3): readonly string[] {
  const name = wrong.slice(0, 100).toLowerCase();
  return [...known]
    .map((candidate) => ({ candidate, far: distance(name, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= TOLERANCE * Math.max(name.length, candidate.length))
    .sort((one, other) => one.far - other.far || (one.candidate < other.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
