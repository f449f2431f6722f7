import { type Command, CommandError, type Context, usageError } from "../command.ts";
import { basename, dirname, join } from "@std/path";
import { backupsIn } from "../../store/mod.ts";
import type { LocalClient } from "../../management/client.ts";
import { parseForeign } from "../../core/mod.ts";
import { writeWholeFile } from "../../system/mod.ts";

export const backup: Command = {
  name: "backup",
  summary: "Write today's backup now; the server does it by itself each hour in which something changed",
  usage: "",
  examples: [{
    line: "geminitro backup",
    says: "Says the file's name; give it to geminitro import to restore",
  }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const report = await (await context.client()).backUp();
    context.out.json(report);
    if (report.file === null) {
      throw new CommandError("There is nothing to back up yet", { code: "nothing_there" });
    }
    context.out.line(`Wrote ${report.file}`);
    context.out.line(
      "It can be opened with the master key alone: secret.key, or GEMINITRO_MASTER_KEY. Keep both.",
    );
  },
};

export const exportCommand: Command = {
  name: "export",
  summary: "Write everything that was set to a file; keys only encrypted under a passphrase",
  usage: "[file]",
  examples: [
    { line: "geminitro export backup.json --passphrase-file secret.txt", says: "With keys, encrypted" },
    { line: "geminitro export --open", says: "Without any secret, to standard output" },
  ],
  options: [
    { name: "passphrase-file", value: "<file>", summary: "A file whose first line is the passphrase" },
    { name: "open", summary: "Leave the keys out" },
    { name: "force", summary: "Write over a file that is there" },
  ],
  takes: { least: 0, most: 1 },
  async run(context) {
    const [file] = context.args;
    if (file !== undefined && !context.flag("force")) await refuseExisting(file);
    const passphrase = context.flag("open") ? undefined : await readPassphrase(context, "new");
    const client = await context.client();
    const document = passphrase === undefined
      ? await client.exportFile()
      : await client.exportSealed({ passphrase });
    const text = `${JSON.stringify(document, null, 2)}\n`;
    // It contains no secret in the clear, and redaction could break encrypted text.
    if (file === undefined) return context.services.write(text);
    await writeWholeFile(file, text);
    context.out.json({ file });
    context.out.line(`Wrote ${file}`);
  },
};

async function refuseExisting(file: string): Promise<void> {
  if (await Deno.lstat(file).catch(() => undefined) === undefined) return;
  throw usageError(`${file} is there already`, "Name another file, or add --force.");
}

type Input = NonNullable<Parameters<LocalClient["importFile"]>[0]>;

type Counts = readonly [
  string,
  { readonly added: number; readonly unchanged: number; readonly failed: number },
];

export const importCommand: Command = {
  name: "import",
  summary: "Take over a backup, an export, another data folder or a list of keys; what is there stays",
  usage: "<file or folder>",
  examples: [
    {
      line: "geminitro import ~/.geminitro/backups/backup-2026-05-04.json",
      says: "A backup with everything",
    },
    {
      line: "geminitro import ~/.geminitro --replace-database",
      says: "The newest backup, in place of a broken database, which is set aside",
    },
    { line: "geminitro import backup.json --passphrase-file secret.txt", says: "An export with its keys" },
    { line: "geminitro import ~/old/.geminitro --dry-run", says: "Say what would be taken over" },
    { line: "geminitro import keys.txt", says: "Keys, one a line" },
  ],
  options: [
    { name: "passphrase-file", value: "<file>", summary: "A file whose first line is the passphrase" },
    {
      name: "master-key-file",
      value: "<file>",
      summary: "For a backup of another data folder: its secret.key, or a file with its GEMINITRO_MASTER_KEY",
    },
    { name: "replace-database", summary: "Begin with a new database; the one that is there is set aside" },
    { name: "dry-run", summary: "Change nothing, only say what would change" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const { out } = context;
    const { from, ...input } = await inputOf(context);
    const report = context.flag("replace-database")
      ? await replaced(context, input)
      : await (await context.client()).importFile(input);
    out.json({ ...report, from });
    const { format, dryRun, notes, notTaken, ...groups } = report;
    out.line(`${dryRun ? "Would take over" : "Took over"} ${format} from ${from}:`);
    const counts = Object.entries(groups) as readonly Counts[];
    for (const [name, count] of counts) {
      if (count.added + count.unchanged + count.failed === 0) continue;
      out.line(`  ${name}: ${count.added} new, ${count.unchanged} there already, ${count.failed} failed`);
    }
    if (counts.every(([, count]) => count.added + count.unchanged + count.failed === 0)) {
      out.line("  There is nothing in it");
    }
    for (const note of notes.filter((note) => !notTaken.includes(note))) out.line(`  ${note}`);
    for (const one of notTaken) out.line(`  Not taken: ${one}`);
    return notTaken.length > 0 || counts.some(([, count]) => count.failed > 0) ? 1 : 0;
  },
};

async function replaced(context: Context, input: Input) {
  if (context.flag("dry-run")) throw usageError("--replace-database and --dry-run do not go together");
  const { replaceDatabase } = await import("../restore_database.ts");
  const { report, setAside } = await replaceDatabase(context, input);
  if (setAside !== undefined) context.out.line(`The database that was there lies in ${setAside} now.`);
  return report;
}

async function inputOf(context: Context): Promise<Input & { readonly from: string }> {
  const path = context.args[0] ?? "";
  const dryRun = context.flag("dry-run");
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) throw usageError(`There is no file or folder ${path}`);
  if (!stat.isDirectory) return { ...await fileInput(context, path), dryRun, from: path };
  return { ...await folderInput(context, path), dryRun };
}

async function fileInput(context: Context, path: string): Promise<Input> {
  const text = await readText(path);
  if (text.trim() === "") throw new CommandError(`${path} is empty: there is nothing to take over`);
  const document = jsonIn(text);
  if (document === undefined) return { text };
  const kind = kindOf(document);
  if (kind === "export") return { document, passphrase: await readPassphrase(context, "known") };
  return { document, ...kind === "backup" ? await masterKeyFor(context, dirname(dirname(path))) : {} };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new CommandError(`${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function kindOf(document: unknown): "backup" | "export" | "other" {
  if (typeof document !== "object" || document === null || !("format" in document)) return "other";
  if (document.format !== "geminitro-export") return "other";
  if ("sealed" in document) return "backup";
  return "secrets" in document && document.secrets !== null ? "export" : "other";
}

/** The given master key, or that of the data folder that contains the backup if that is not the one in use. */
async function masterKeyFor(context: Context, folder: string): Promise<{ readonly masterKey?: string }> {
  const named = context.text("master-key-file");
  if (named !== undefined) return { masterKey: await firstLine(named, "master key file") };
  const { home } = await context.settings();
  if (await same(folder, home)) return {};
  const lying = await Deno.readTextFile(join(folder, "secret.key")).catch(() => undefined);
  return lying === undefined ? {} : { masterKey: lying.trim() };
}

async function same(one: string, other: string): Promise<boolean> {
  try {
    return await Deno.realPath(one) === await Deno.realPath(other);
  } catch {
    return false;
  }
}

/** Input from a data folder of ours: its database if that is another than the current one, else its newest backup. */
async function folderInput(context: Context, folder: string): Promise<Input & { readonly from: string }> {
  const { home, kv } = await context.settings();
  const database = join(folder, basename(kv.includes("://") ? "geminitro.sqlite3" : kv));
  const own = await same(folder, home) || await same(database, kv);
  const masterKey = await masterKeyFor(context, folder);
  if (!own && await Deno.stat(database).catch(() => undefined) !== undefined) {
    const { readDatabase } = await import("../restore_database.ts");
    const document = await readDatabase(context, database, masterKey.masterKey);
    if (document !== undefined) return { document, ...masterKey, from: database };
  }
  const backup = (await backupsIn(join(folder, "backups"))).at(-1) ?? (await backupsIn(folder)).at(-1);
  if (backup !== undefined) {
    return { document: jsonIn(await readText(backup)), ...masterKey, from: backup };
  }
  if (own) throw new CommandError(`There is no backup in ${join(folder, "backups")}`);
  return { files: await filesOf(folder), from: folder };
}

/** The JSON files of an earlier program's folder; one that does not parse is named. */
async function filesOf(folder: string): Promise<Record<string, unknown>> {
  const files: Record<string, unknown> = {};
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isFile || !entry.name.endsWith(".json")) continue;
    const document = jsonIn(await Deno.readTextFile(join(folder, entry.name)));
    if (document === undefined) throw usageError(`${basename(entry.name)} in ${folder} is not JSON`);
    files[entry.name] = document;
  }
  return files;
}

function jsonIn(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

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

/** The passphrase of an export: from a file, from the environment, or asked for in a terminal. */
async function readPassphrase(context: Context, kind: "new" | "known"): Promise<string> {
  const file = context.text("passphrase-file");
  if (file !== undefined) return await firstLine(file, "passphrase file");
  const set = context.services.env["GEMINITRO_PASSPHRASE"] ?? "";
  if (set !== "") return set;
  const flags = kind === "new" ? "--passphrase-file <file> or --open" : "--passphrase-file <file>";
  if (!context.interactive) throw usageError("A passphrase is needed", `Without a terminal, give ${flags}.`);
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: "Passphrase of the export" });
  if (isCancel(answer) || answer === undefined || answer === "") {
    throw new CommandError("No passphrase was given", { code: "cancelled" });
  }
  return answer;
}

/** The first line of a file that holds a secret; `what` names it in errors. */
async function firstLine(file: string, what: string): Promise<string> {
  const text = await Deno.readTextFile(file).catch((error: Error) => {
    throw usageError(`The ${what} ${file} cannot be read: ${error.message}`);
  });
  const line = text.split(/\r?\n/)[0] ?? "";
  if (line === "") throw usageError(`The ${what} ${file} has an empty first line`);
  return line;
}
