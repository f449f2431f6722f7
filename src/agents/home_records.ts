import type { AgentRecord, AgentSystem, RecordPort } from "./contract.ts";
import { isObject } from "../core/mod.ts";
import { join, nameOf } from "./places.ts";

const PRIVATE = 0o600;

/** Records and dated backups in the `agents` folder of the data folder (GEMINITRO_HOME), readable by the user alone. */
export function homeRecords(system: AgentSystem, dataFolder: string): RecordPort {
  const folder = join(system, dataFolder, "agents");
  const fileOf = (agent: string) => join(system, folder, `${agent}.json`);
  return {
    async read(agent) {
      const bytes = await system.read(fileOf(agent));
      return bytes === undefined ? undefined : decode(fileOf(agent), new TextDecoder().decode(bytes));
    },
    async write(agent, record) {
      await system.makeFolder(folder);
      await system.write(
        fileOf(agent),
        new TextEncoder().encode(JSON.stringify(record, null, 2) + "\n"),
        PRIVATE,
      );
    },
    remove: (agent) => system.remove(fileOf(agent)),
    async backup(agent, path, content) {
      const stamp = new Date(system.now()).toISOString().replaceAll(":", "-");
      const backups = join(system, folder, "backups", agent);
      await system.makeFolder(backups);
      await system.write(
        join(system, backups, `${stamp}-${nameOf(system, path)}`),
        new TextEncoder().encode(content),
        PRIVATE,
      );
    },
  };
}

function decode(path: string, text: string): AgentRecord {
  let data: unknown;
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  if (isObject(data) && data["version"] === 1 && Array.isArray(data["files"])) {
    return data as unknown as AgentRecord;
  }
  throw new Error(`${path} is not a record of this version. Move it away to start again`);
}
