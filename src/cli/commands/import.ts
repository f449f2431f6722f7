import { basename, join } from "node:path";
import type { Command, Context } from "../command.ts";
import { usageError } from "../command_error.ts";
import { readPassphrase } from "../read_passphrase.ts";
import { valueOf } from "../value_of.ts";

type Counts = readonly [
  string,
  { readonly added: number; readonly unchanged: number; readonly failed: number },
];

export const importCommand: Command = {
  name: "import",
  summary: "Take over an export, an earlier .geminitro folder, or a list of keys; what is there stays",
  usage: "<file or folder>",
  examples: [
    { line: "geminitro import backup.json --passphrase-file secret.txt", says: "An export with its keys" },
    { line: "geminitro import ~/old/.geminitro --dry-run", says: "Say what would be taken over" },
    { line: "geminitro import keys.txt", says: "Keys, one a line" },
  ],
  options: [
    { name: "passphrase-file", value: "<file>", summary: "A file whose first line is the passphrase" },
    { name: "dry-run", summary: "Change nothing, only say what would change" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const report = valueOf(await (await context.door()).importFile(await inputOf(context)));
    const { out } = context;
    out.json(report);
    const { format, dryRun, notes, ...groups } = report;
    out.line(`${dryRun ? "Would take over" : "Took over"} ${format}:`);
    for (const [name, count] of Object.entries(groups) as readonly Counts[]) {
      if (count.added + count.unchanged + count.failed === 0) continue;
      out.line(`  ${name}: ${count.added} new, ${count.unchanged} there already, ${count.failed} failed`);
    }
    for (const note of notes) out.line(`  ${note}`);
    return Object.values(groups).some((count) => count.failed > 0) ? 1 : 0;
  },
};

async function inputOf(context: Context) {
  const path = context.args[0] ?? "";
  const dryRun = context.flag("dry-run");
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) throw usageError(`There is no file or folder ${path}`);
  if (stat.isDirectory) return { files: await filesOf(path), dryRun };
  const text = await Deno.readTextFile(path);
  const sealed = /"format"\s*:\s*"geminitro-export"/.test(text) && /"secrets"\s*:\s*\{/.test(text);
  const passphrase = sealed ? { passphrase: await readPassphrase(context, "known") } : {};
  const document = jsonIn(text);
  return document === undefined ? { text, dryRun } : { document, dryRun, ...passphrase };
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
