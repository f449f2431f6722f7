import type { Settings } from "../../config/mod.ts";
import { systemPorts } from "../../system/mod.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

/** The database opens with this key, its records can be read, and there are keys that work. */
export async function checkStore(settings: Settings): Promise<readonly Finding[]> {
  if (settings.kv === ":memory:") return [good("database", "The database is in memory")];
  const { openStore } = await import("../../store/mod.ts");
  const { clock, random, newId } = systemPorts();
  const masterKey = settings.masterKey === undefined ? {} : { masterKey: settings.masterKey };
  try {
    const store = await openStore({
      path: settings.kv,
      home: settings.home,
      clock,
      random,
      newId,
      announce: false,
      ...masterKey,
    });
    try {
      const credentials = await store.credentials.list();
      const broken = store.quarantined();
      return [
        broken.length === 0 ? good("database", `${settings.kv} opens`) : odd(
          "database",
          `${broken.length} records cannot be read: ${broken.slice(0, 3).map(({ key }) => key).join(", ")}`,
          "They are kept aside; import a backup from the data folder if you miss something",
        ),
        keyFinding(credentials.length, credentials.filter((one) => one.dead !== undefined).length),
      ];
    } finally {
      await store.close();
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return [wrong("database", message, "Check GEMINITRO_KV, GEMINITRO_HOME and GEMINITRO_MASTER_KEY")];
  }
}

/** Whether there is something to serve with. */
export function keyFinding(total: number, dead: number): Finding {
  if (total === 0) return wrong("keys", "There are no keys", "Add one: geminitro key add <key>");
  if (dead === total) {
    return wrong("keys", `Google takes none of your ${total} keys any more`, "geminitro key list says why");
  }
  if (dead > 0) return odd("keys", `${dead} of ${total} keys are dead`, "geminitro key list says why");
  return good("keys", `${total} keys, none of them known to be dead`);
}
