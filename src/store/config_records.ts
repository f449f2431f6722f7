import { err, ok, type Result } from "../core/mod.ts";
import type { ConfigRecords, StoreProblem } from "./contract.ts";
import type { Decode } from "./fields.ts";
import { configKey, type ConfigKind, configPrefix } from "./keys.ts";
import { NAME_LENGTH } from "./limits.ts";
import { commitConfiguration, nextStamp, type Session } from "./session.ts";

/** What one kind of configuration record adds to the common rules. */
export interface ConfigShape<RecordType extends { readonly updatedAt: number }> {
  readonly kind: ConfigKind;
  readonly nameOf: (record: Omit<RecordType, "updatedAt">) => string;
  readonly decode: Decode<RecordType>;
  /** The first thing wrong with a record that somebody wants to store. */
  readonly check: (record: Omit<RecordType, "updatedAt">) => StoreProblem | undefined;
}

/** An `invalid` problem that names its field. */
export function invalid(field: string, message: string): StoreProblem {
  return { kind: "invalid", field, message };
}

/** Refuses empty and overlong names, and characters that would not show. */
export function checkName(field: string, name: string): StoreProblem | undefined {
  if (name.trim() === "") return invalid(field, `Give a ${field}: it is empty.`);
  if (name.length > NAME_LENGTH) {
    return invalid(field, `The ${field} is longer than ${NAME_LENGTH} characters.`);
  }
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) {
    return invalid(field, `The ${field} has a control character in it.`);
  }
  return undefined;
}

export function openConfigRecords<RecordType extends { readonly updatedAt: number }>(
  session: Session,
  shape: ConfigShape<RecordType>,
): ConfigRecords<RecordType> {
  const { kv, quarantine } = session;
  return {
    async list() {
      const found: RecordType[] = [];
      for await (const entry of kv.list({ prefix: configPrefix(shape.kind) })) {
        const record = quarantine.read(entry, shape.decode);
        if (record !== undefined) found.push(record);
      }
      return found;
    },
    async get(name) {
      return quarantine.read(await kv.get(configKey(shape.kind, name)), shape.decode);
    },
    async put(draft, expected) {
      const problem = checkName("name", shape.nameOf(draft)) ?? shape.check(draft);
      if (problem !== undefined) return err(problem);
      const key = configKey(shape.kind, shape.nameOf(draft));
      return await commitConfiguration<Result<RecordType, StoreProblem>>(session, async () => {
        const entry = await kv.get(key);
        const before = quarantine.read(entry, shape.decode);
        const refused = expected === undefined ? undefined : staleness(before?.updatedAt, expected);
        if (refused !== undefined) return { answer: err(refused) };
        // A draft plus its stamp is a whole record: RecordType has nothing else.
        const record = {
          ...draft,
          updatedAt: nextStamp(session, before?.updatedAt),
        } as unknown as RecordType;
        return { commit: kv.atomic().check(entry).set(key, { v: 1, ...record }), done: () => ok(record) };
      });
    },
    async remove(name) {
      const key = configKey(shape.kind, name);
      return await commitConfiguration<Result<void, StoreProblem>>(session, async () => {
        const entry = await kv.get(key);
        if (entry.value === null) return { answer: err({ kind: "missing" }) };
        return { commit: kv.atomic().check(entry).delete(key), done: () => ok(undefined) };
      });
    },
  };
}

/** What is wrong when an editor saw `expected` and the record now says `found`. */
export function staleness(found: number | undefined, expected: number): StoreProblem | undefined {
  if (found === undefined) return { kind: "missing" };
  return found === expected ? undefined : { kind: "conflict", updatedAt: found };
}
