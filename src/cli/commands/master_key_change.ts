import type { Command } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { firstLine } from "../read_passphrase.ts";

export const masterKeyChange: Command = {
  name: "master-key change",
  summary: "Encrypt everything that is stored, and the kept backups, under another master key",
  usage: "",
  examples: [
    { line: "geminitro master-key change", says: "A new random key in the data folder's secret.key" },
    {
      line: "geminitro master-key change --new-key-file new.txt",
      says: "A key of your own: 32 bytes as hex or base64, or a passphrase",
    },
  ],
  options: [{ name: "new-key-file", value: "<file>", summary: "A file whose first line is the new key" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { out } = context;
    const settings = await context.settings();
    if (settings.kv === ":memory:") throw new CommandError("A database in memory has no key that lasts");
    if (await context.server() !== undefined) {
      throw new CommandError("The server runs with the present key", {
        hint: "Stop it first: geminitro stop",
      });
    }
    const file = context.text("new-key-file");
    if (file === undefined && settings.masterKey !== undefined) {
      throw usageError(
        "GEMINITRO_MASTER_KEY is set, so the new key has to come from you",
        "Write it to a file and give --new-key-file <file>, for example the output of: openssl rand -hex 32",
      );
    }
    const next = file === undefined
      ? crypto.getRandomValues(new Uint8Array(32)).toHex()
      : await firstLine(file, "new key file");
    const [{ changeMasterKey }, { systemPorts }] = await Promise.all([
      import("../../store/mod.ts"),
      import("../../system/mod.ts"),
    ]);
    const masterKey = settings.masterKey === undefined ? {} : { masterKey: settings.masterKey };
    await changeMasterKey({ path: settings.kv, home: settings.home, ...masterKey, ...systemPorts() }, next);
    out.json({ changed: true });
    out.line(
      settings.masterKey === undefined
        ? `Everything is encrypted under the new key in ${settings.home}/secret.key. Keep a copy of it elsewhere.`
        : "Everything is encrypted under the new key. Set GEMINITRO_MASTER_KEY to it now: the old one opens nothing any more.",
    );
  },
};
