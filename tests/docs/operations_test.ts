import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, KEYS } from "../cli/cli_process.ts";

const TEXT = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));

/** The program's own commands in the shell blocks of one chapter. */
function commandsOf(title: string): readonly string[] {
  const from = TEXT.indexOf(`\n## ${title}\n`);
  assert.ok(from >= 0, title);
  const end = TEXT.indexOf("\n## ", from + 4);
  const chapter = TEXT.slice(from, end < 0 ? undefined : end);
  return [...chapter.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim()).filter((line) => line.startsWith("geminitro "));
}

Deno.test("every command of docs/operations.md does what it says, in its order", async () => {
  await using cli = await CliHome.open();
  await using old = await CliHome.open();
  await old.good(["key", "add", KEYS[1]!]);
  await cli.good(["key", "add", KEYS[0]!]);
  await cli.good(["start", "--detach"]);
  const words = join(cli.folder, "words.txt");
  await Deno.writeTextFile(words, "a long passphrase\n");
  const places: Readonly<Record<string, string>> = {
    "~/.geminitro": cli.home,
    "/old/.geminitro": old.home,
    "all.json": join(cli.folder, "all.json"),
    "words.txt": words,
  };
  // A machine without a service manager has no autostart, and status says so by its exit code.
  const may = new Set(["geminitro autostart status"]);
  const titles = ["Company networks", "Services", "Logs and full disks", "Backup and restore", "Moving"];
  const commands = titles.flatMap(commandsOf);
  assert.ok(commands.length >= 13, commands.join("\n"));
  for (const command of commands) {
    const args = command.split(" ").slice(1).map((word) => places[word] ?? word);
    const { code, stdout, stderr } = await cli.run(args);
    if (!may.has(command)) assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  }
  assert.equal((await cli.json<readonly unknown[]>(["key", "list"])).length, 2);
});
