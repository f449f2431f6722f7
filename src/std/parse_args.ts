/**
 * Command-line arguments, read by the rules of @std/cli's `parseArgs` (those of minimist) without its dotted names.
 *
 * @module
 */

type OneOrMany<Name extends string> = Name | readonly Name[];

interface ParseOptions<
  Flag extends string = never,
  Text extends string = never,
  Many extends string = never,
> {
  /** Flags without a value; `true` makes every `--name` without `=` one. */
  readonly boolean?: boolean | OneOrMany<Flag>;
  /** Names whose value stays a text, also when it looks like a number. */
  readonly string?: OneOrMany<Text>;
  /** Names that may come several times; their values become a list. */
  readonly collect?: OneOrMany<Many>;
  /** Names that `--no-name` sets to false. */
  readonly negatable?: OneOrMany<string>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly alias?: Readonly<Record<string, OneOrMany<string>>>;
  /** Everything after the first positional argument is positional. */
  readonly stopEarly?: boolean;
  /** Keeps what follows `--` apart, under that name. */
  readonly "--"?: boolean;
  /** Called for what was not declared; answering false leaves it out. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Flags are booleans, texts may be absent, collected names are lists, all others are numbers or texts by their form. */
export type Args<Flag extends string = never, Text extends string = never, Many extends string = never> =
  & { [Name in Exclude<Flag, Many>]: boolean }
  & { [Name in Exclude<Text, Many>]?: string }
  & { [Name in Many]: (Name extends Text ? string : Name extends Flag ? boolean : unknown)[] }
  & { _: (string | number)[]; "--"?: string[]; [name: string]: unknown };

/** Reads arguments; pure, and never throws on what a user may type. */
export function parseArgs<
  Flag extends string = never,
  Text extends string = never,
  Many extends string = never,
>(args: readonly string[], options: ParseOptions<Flag, Text, Many> = {}): Args<Flag, Text, Many> {
  const reading = new Reading(readRules(options), options);
  reading.run(args);
  // The rules give every declared name its kind of value.
  return reading.result as Args<Flag, Text, Many>;
}

const NUMBER_REGEXP = /^0x[0-9a-f]+$|^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;

/** One pass over the arguments. */
class Reading {
  readonly result: Record<string, unknown> & { _: (string | number)[] };
  readonly #rules: Rules;
  readonly #options: ParseOptions<string, string, string>;
  readonly #given = new Set<string>();

  constructor(rules: Rules, options: ParseOptions<string, string, string>) {
    this.#rules = rules;
    this.#options = options;
    this.result = { ...rules.initial(), _: [] };
  }

  run(args: readonly string[]): void {
    const end = args.indexOf("--");
    const before = end < 0 ? args : args.slice(0, end);
    const after = end < 0 ? [] : args.slice(end + 1);
    let index = 0;
    while (index < before.length) {
      const arg = before[index] ?? "";
      const next = before[index + 1];
      if (!arg.startsWith("-") || arg === "-" || NUMBER_REGEXP.test(arg)) {
        this.#positional(arg);
        index++;
        if (this.#options.stopEarly === true) break;
        continue;
      }
      index += 1 + (arg.startsWith("--") ? this.#long(arg, next) : this.#short(arg, next));
    }
    for (const arg of before.slice(index)) this.result._.push(this.#looksLike(arg, "_"));
    if (this.#options["--"] === true) this.result["--"] = [...after];
    else this.result._.push(...after);
  }

  #positional(arg: string): void {
    if (this.#options.unknown === undefined || this.#options.unknown(arg) !== false) {
      this.result._.push(this.#looksLike(arg, "_"));
    }
  }

  #looksLike(text: string, name: string): string | number {
    return !this.#rules.strings.has(name) && NUMBER_REGEXP.test(text) ? Number(text) : text;
  }

  /** Returns the number of further arguments used. */
  #long(arg: string, next: string | undefined): number {
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (value !== undefined) return this.#set(arg, name, value);
    const positive = name.startsWith("no-") ? name.slice(3) : "";
    if (this.#rules.negatable.has(positive)) return this.#set(arg, positive, false);
    return this.#valueOf(arg, name, next, this.#rules.allBoolean);
  }

  /** `-abc` is three flags, `-n5` and `-n=5` one with a value, `-abc value` gives it to the last. */
  #short(arg: string, next: string | undefined): number {
    const letters = [...arg.slice(1)];
    for (const [index, letter] of letters.entries()) {
      const rest = letters.slice(index + 1).join("");
      if (rest === "") return this.#valueOf(arg, letter, next, false);
      if (rest.startsWith("=")) return this.#set(arg, letter, rest.slice(1));
      if (NUMBER_REGEXP.test(rest) || /^\W/.test(rest) || this.#rules.strings.has(letter)) {
        return this.#set(arg, letter, rest);
      }
      this.#set(arg, letter, true);
    }
    return 0;
  }

  #valueOf(arg: string, name: string, next: string | undefined, allBoolean: boolean): number {
    const flag = allBoolean || this.#rules.booleans.has(name);
    const free = next !== undefined && (next === "-" || !next.startsWith("-") || NUMBER_REGEXP.test(next));
    if (free && (!flag || /^(?:true|false)$/.test(next))) return this.#set(arg, name, next) + 1;
    return this.#set(arg, name, this.#rules.strings.has(name) ? "" : true);
  }

  #set(arg: string, name: string, raw: string | boolean): 0 {
    if (!this.#rules.declared.has(name) && this.#options.unknown?.(arg, name, raw) === false) return 0;
    const value = typeof raw === "boolean"
      ? raw
      : this.#rules.booleans.has(name)
      ? raw !== "false"
      : this.#looksLike(raw, name);
    for (const each of this.#rules.namesOf(name)) this.#put(each, value);
    return 0;
  }

  #put(name: string, value: unknown): void {
    // These two hold the positional arguments; no flag of that name may take their place.
    if (name === "_" || name === "--") return;
    const before = this.result[name];
    const first = !this.#given.has(name);
    this.#given.add(name);
    const several = this.#rules.collected.has(name);
    const whole = several ? [...(first || !Array.isArray(before) ? [] : before), value] : value;
    // A plain assignment to __proto__ would change the object itself.
    Object.defineProperty(this.result, name, {
      value: whole,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
}

/** The options by name, with aliases resolved. */
interface Rules {
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

function readRules(options: ParseOptions<string, string, string>): Rules {
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
