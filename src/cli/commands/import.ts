import { basename, dirname, join } from "node:path";
import { backupsIn } from "../../store/mod.ts";
import type { Command, Context } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import type { LocalClient } from "../../management/client.ts";
import { firstLine, readPassphrase } from "../read_passphrase.ts";

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
  const { replaceDatabase } = await import("../restore/replace_database.ts");
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

/** The key that is named, or that of the data folder in which the backup lies when this is not the one in use. */
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

/** A data folder of ours gives its database where that is another one than we work on, else its newest backup. */
async function folderInput(context: Context, folder: string): Promise<Input & { readonly from: string }> {
  const { home, kv } = await context.settings();
  const database = join(folder, basename(kv.includes("://") ? "geminitro.sqlite3" : kv));
  const own = await same(folder, home) || await same(database, kv);
  const masterKey = await masterKeyFor(context, folder);
  if (!own && await Deno.stat(database).catch(() => undefined) !== undefined) {
    const { readDatabase } = await import("../restore/read_database.ts");
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
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
