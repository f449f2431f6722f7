import assert from "node:assert/strict";
import { COMMANDS } from "./command_table.ts";
import { completionScript } from "./completion_scripts.ts";

async function shell(program: string, args: readonly string[], script: string): Promise<string | undefined> {
  try {
    const child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("completionScript() completes commands, members of families and options in bash", async () => {
  const ask = (words: string, at: number) =>
    `COMP_WORDS=(${words}); COMP_CWORD=${at}; _geminitro; echo "\${COMPREPLY[*]}"\n`;
  const script = completionScript("bash", COMMANDS) + ask("geminitro sta", 1) + ask("geminitro key re", 2) +
    ask("geminitro key add --la", 3) + ask("geminitro completions z", 2) + ask("geminitro start --no", 2);
  const answer = await shell("bash", [], script);
  if (answer === undefined) return console.log("Skipped: there is no bash here");
  assert.deepEqual(answer.trimEnd().split("\n").map((line) => line.split(" ")), [
    ["start", "status", "stats"],
    ["remove", "replace"],
    ["--label"],
    ["zsh"],
    ["--no-splash", "--no-interactive", "--no-color"],
  ]);
});

Deno.test("completionScript() is well formed for zsh and fish where they are here", async () => {
  await shell("zsh", ["-n"], completionScript("zsh", COMMANDS));
  await shell("fish", ["--no-execute"], completionScript("fish", COMMANDS));
});

Deno.test("completionScript() names every command in every shell", () => {
  for (const kind of ["bash", "zsh", "fish", "powershell"] as const) {
    const script = completionScript(kind, COMMANDS);
    for (const { name } of COMMANDS) {
      for (const word of name.split(" ")) assert.ok(script.includes(word), `${kind}: ${name}`);
    }
  }
});
