import { err, ok, type Result } from "../core/mod.ts";
import { type ConfigRecordOf, type ConfigSnapshot, type ConfigWatcher, parseRecord } from "../state/mod.ts";
import type { ConfigRecords, StoreProblem } from "./contract.ts";
import { nextStamp, type Session } from "./session.ts";

export type ConfigKind = "alias" | "quota_group" | "fallback" | "cap" | "client";

/** An `invalid` problem that names its field. */
export function invalid(field: string, message: string): StoreProblem {
  return { kind: "invalid", field, message };
}

/** Records of one kind, answered from the newest snapshot and written through the watcher. */
export function openConfigRecords<Kind extends ConfigKind>(
  session: Session,
  config: ConfigWatcher,
  kind: Kind,
  shape: {
    readonly list: (snapshot: ConfigSnapshot) => readonly ConfigRecordOf[Kind][];
    readonly nameOf: (record: Omit<ConfigRecordOf[Kind], "updatedAt">) => string;
  },
): ConfigRecords<ConfigRecordOf[Kind]> {
  const { list, nameOf } = shape;
  return {
    list: async () => list(await config.refresh()),
    get: async (name) => list(await config.refresh()).find((record) => nameOf(record) === name),
    put: (draft, expected) =>
      config.commit<Result<ConfigRecordOf[Kind], StoreProblem>>((current) => {
        const name = nameOf(draft);
        const before = current.entry(kind, name)?.value;
        const updatedAt = nextStamp(session, before?.updatedAt);
        const parsed = parseRecord(kind, { ...draft, updatedAt });
        if (!parsed.ok) return { answer: err(invalid(parsed.error.field, parsed.error.message)) };
        const refused = expected === undefined ? undefined : staleness(before?.updatedAt, expected);
        if (refused !== undefined) return { answer: err(refused) };
        const record = parsed.value;
        return {
          answer: ok(record),
          changes: [{ section: kind, name, record, entry: { value: record } }],
        };
      }),
    remove: (name) =>
      config.commit<Result<void, StoreProblem>>((current) =>
        current.entry(kind, name) === undefined
          ? { answer: err({ kind: "missing" }) }
          : { answer: ok(undefined), changes: [{ section: kind, name }] }
      ),
  };
}

/** What is wrong when an editor saw `expected` and the record now says `found`. */
export function staleness(found: number | undefined, expected: number): StoreProblem | undefined {
  if (found === undefined) return { kind: "missing" };
  return found === expected ? undefined : { kind: "conflict", updatedAt: found };
}
