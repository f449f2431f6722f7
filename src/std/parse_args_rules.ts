import type { ParseOptions } from "./parse_args.ts";

/** What the options say of each name, with aliases spread out. */
export interface Rules {
  readonly allBoolean: boolean;
  readonly booleans: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
  readonly collected: ReadonlySet<string>;
  readonly negatable: ReadonlySet<string>;
  readonly declared: ReadonlySet<string>;
  /** The name itself and its aliases. */
  namesOf(name: string): readonly string[];
  /** The values before any argument is read. */
  initial(): Record<string, unknown>;
}

export function readRules(options: ParseOptions<string, string, string>): Rules {
  const groups = aliasGroups(options.alias ?? {});
  const namesOf = (name: string) => groups.get(name) ?? [name];
  const spread = (names: boolean | string | readonly string[] | undefined) =>
    new Set(typeof names === "boolean" || names === undefined ? [] : [names].flat().flatMap(namesOf));
  const booleans = spread(options.boolean);
  const strings = spread(options.string);
  const collected = spread(options.collect);
  const negatable = spread(options.negatable);
  const defaults = Object.entries(options.default ?? {});
  return {
    allBoolean: options.boolean === true,
    booleans,
    strings,
    collected,
    negatable,
    declared: new Set([...booleans, ...strings, ...collected, ...negatable, ...groups.keys()]),
    namesOf,
    initial: () => ({
      ...Object.fromEntries([...booleans].map((name) => [name, false])),
      ...Object.fromEntries([...collected].map((name) => [name, []])),
      ...Object.fromEntries(defaults.flatMap(([name, value]) => namesOf(name).map((each) => [each, value]))),
    }),
  };
}

function aliasGroups(aliases: NonNullable<ParseOptions["alias"]>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const [name, others] of Object.entries(aliases)) {
    const all = [
      ...new Set([name, ...[others].flat()].flatMap((each) => [each, ...(groups.get(each) ?? [])])),
    ];
    for (const each of all) groups.set(each, all);
  }
  return groups;
}
