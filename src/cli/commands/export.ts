import type { Command } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { readPassphrase } from "../read_passphrase.ts";

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
    // Nothing in it is a secret in the clear, and redaction could break what is encrypted.
    if (file === undefined) return context.services.write(text);
    await writeNew(file, text);
    context.out.json({ file });
    context.out.line(`Wrote ${file}`);
  },
};

async function refuseExisting(file: string): Promise<void> {
  if (await Deno.lstat(file).catch(() => undefined) === undefined) return;
  throw usageError(`${file} is there already`, "Name another file, or add --force.");
}

/** Whole or not at all, for the user alone. */
async function writeNew(file: string, text: string): Promise<void> {
  const draft = `${file}.${Deno.pid}.partial`;
  try {
    await Deno.writeTextFile(draft, text, { createNew: true, mode: 0o600 });
    await Deno.rename(draft, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be written: ${reason}`);
  }
}
