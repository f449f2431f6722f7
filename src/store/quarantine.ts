import { type Decode, DecodeProblem, Fields } from "./fields.ts";
import { QUARANTINE_LENGTH } from "./limits.ts";

/** Version of every stored value's shape; a value with another one is quarantined. */
const VALUE_VERSION = 1;

/** Decodes stored values, and remembers those that do not decode. They stay in the database untouched. */
export class Quarantine {
  readonly #problems = new Map<string, string>();

  /** The fields of a record of this version. */
  record(entry: { key: Deno.KvKey; value: unknown }): Readonly<Record<string, unknown>> | undefined {
    return this.read(entry, (fields) => fields.record);
  }

  read<Value>(entry: { key: Deno.KvKey; value: unknown }, decode: Decode<Value>): Value | undefined {
    if (entry.value === null || entry.value === undefined) return undefined;
    try {
      const fields = new Fields(entry.value);
      const version = fields.number("v");
      if (version !== VALUE_VERSION) {
        throw new DecodeProblem(`Version ${version} is not known to this program`);
      }
      return decode(fields);
    } catch (problem) {
      if (!(problem instanceof DecodeProblem)) throw problem;
      this.report(entry.key, problem.message);
      return undefined;
    }
  }

  report(key: Deno.KvKey, problem: string): void {
    const name = key.map((part) => typeof part === "string" ? part : String(part)).join("/");
    if (this.#problems.size < QUARANTINE_LENGTH || this.#problems.has(name)) {
      this.#problems.set(name, problem);
    }
  }

  list(): readonly { readonly key: string; readonly problem: string }[] {
    return [...this.#problems].map(([key, problem]) => ({ key, problem }));
  }
}
