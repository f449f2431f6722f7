/** Longer chains are taken for a mistake. */
export const LONGEST_CHAIN = 16;

const PREFIX_REGEXP = /^(?:models\/|google\/|geminitro\/)+/;

/** A model's name without the prefixes that clients and providers put before it. */
export function bareName(name: string): string {
  return name.replace(PREFIX_REGEXP, "");
}

/** Follows aliases from a name to a model; undefined when they lead round in a circle or go on for too long. */
export function followAliases(name: string, aliases: ReadonlyMap<string, string>): string | undefined {
  let current = name;
  for (let step = 0; step <= LONGEST_CHAIN; step++) {
    const target = aliases.get(current) ?? aliases.get(bareName(current));
    if (target === undefined) return bareName(current);
    current = target;
  }
  return undefined;
}

/** Why an alias may not be written, as one sentence; undefined when it may. */
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
