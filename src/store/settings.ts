import type { ConfigWatcher } from "../state/mod.ts";
import type { NamedRecords } from "./contract.ts";
import { dropParts, pack } from "./packed.ts";
import type { Session } from "./session.ts";

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
