import type { Json } from "../core/mod.ts";
import type { ConfigWatcher, ModelListRecord } from "../state/mod.ts";
import type { Store } from "./contract.ts";
import { dropParts, pack } from "./packed.ts";
import type { Session } from "./session.ts";

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

/** Packs a list; the parts of a large one are written now, under a stamp that nobody reads yet. */
export function packList(session: Session, record: ModelListRecord): Promise<PackedList> {
  // A record of plain texts, numbers and flags is JSON as it is.
  return pack(session, JSON.parse(JSON.stringify(record)) as Json);
}

/** The change that keeps a list; where the models are those of before it keeps them as they are, as only its age changed. */
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
