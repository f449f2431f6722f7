import { err, type Json, ok, type Result } from "../core/mod.ts";
import {
  type ConfigRecordOf,
  type ConfigSnapshot,
  type ConfigWatcher,
  type ModelListRecord,
  parseRecord,
} from "../state/mod.ts";
import type { ConfigRecords, NamedRecords, Store, StoreProblem } from "./contract.ts";
import { nextStamp, type Session } from "./session.ts";
import { dropParts, pack } from "./packed.ts";

export type ConfigKind = "alias" | "quota_group" | "fallback" | "cap" | "client";

/** An `invalid` problem that names its field. */
export function invalid(field: string, message: string): StoreProblem {
  return { kind: "invalid", field, message };
}

/** Records of one kind, read from the newest snapshot and written through the watcher. */
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

/** The conflict when an editor saw version `expected` and the record has `found`; undefined when they agree. */
export function staleness(found: number | undefined, expected: number): StoreProblem | undefined {
  if (found === undefined) return { kind: "missing" };
  return found === expected ? undefined : { kind: "conflict", updatedAt: found };
}

/** Documents of any size under a name; each change of one moves the epoch. */
export function openSettings(session: Session, config: ConfigWatcher): NamedRecords {
  return {
    get: async (name) => (await config.refresh()).settings.get(name),
    list: async () => [...(await config.refresh()).settings].map(([name, value]) => ({ name, value })),
    async put(name, value) {
      const packed = await pack(session, value);
      const parts = "bytes" in packed ? {} : { parts: packed };
      const before = await config.commit((current) => ({
        answer: current.entry("setting", name)?.parts,
        changes: [{ section: "setting", name, record: packed, entry: { value, ...parts } }],
      }));
      await dropParts(session, before);
    },
    async remove(name) {
      const before = await config.commit((current) => {
        const present = current.entry("setting", name);
        if (present === undefined) return { answer: undefined };
        return { answer: present.parts, changes: [{ section: "setting", name }] };
      });
      await dropParts(session, before);
    },
  };
}

/** Models per credential. */
export function openModelLists(session: Session, config: ConfigWatcher): Store["modelLists"] {
  return {
    list: async () => (await config.refresh()).modelLists,
    async put(record) {
      const packed = await packList(session, record);
      const before = await config.commit((current) => {
        const present = current.entry("model_list", record.credential);
        return { answer: present?.parts, changes: [listChange(record, packed, present?.value)] };
      });
      await dropParts(session, before);
    },
    async remove(credential) {
      const before = await config.commit((current) => {
        const present = current.entry("model_list", credential);
        if (present === undefined) return { answer: undefined };
        return { answer: present.parts, changes: [{ section: "model_list", name: credential }] };
      });
      await dropParts(session, before);
    },
  };
}

type PackedList = Awaited<ReturnType<typeof pack>>;

/** Packs a list; the parts of a large one are written now, under a stamp that is not in use yet. */
export function packList(session: Session, record: ModelListRecord): Promise<PackedList> {
  // A record of plain texts, numbers and flags is JSON already.
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  return pack(session, JSON.parse(JSON.stringify(record)) as Json);
}

/** The change that stores a list; unchanged models stay the same object, as only the age changes. */
export function listChange(record: ModelListRecord, packed: PackedList, before?: ModelListRecord) {
  const same = JSON.stringify(record.models) === JSON.stringify(before?.models);
  const value = same && before !== undefined ? { ...record, models: before.models } : record;
  const parts = "bytes" in packed ? {} : { parts: packed };
  return {
    section: "model_list" as const,
    name: record.credential,
    record: packed,
    entry: { value, ...parts },
  };
}
