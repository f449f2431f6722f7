/** Writes the documents that are made of code: docs/configuration.md from the table of settings. `--check` only compares. */
import { settingsMarkdown } from "../src/config/mod.ts";

const TARGET = new URL("../docs/configuration.md", import.meta.url);

const HEAD = `# Configuration

<!-- Written by \`deno run --allow-read --allow-write tools/write_docs.ts\` from the table in src/config; do not edit by hand. -->

Settings are variables of the process environment; what is not there is read from \`.env\` in the checkout, or in the data folder
for the executable. An empty value is the same as none. A value that does not parse stops the start: the message names the
variable, the value (never a secret's) and what is allowed. 0 is a value, not "unset".

\`\`\`sh
deno task geminitro config show        # what is in force, and where it comes from
\`\`\`

Keys, aliases, quota groups, caps, clients and preferences are not settings: they live in the database and are changed on the
dashboard, with the command line, or through the [management API](api.md), while everything runs.
`;

/** The document as it should be, formatted as all are. */
export async function configurationDocument(): Promise<string> {
  const text = `${HEAD}\n${settingsMarkdown().replaceAll(/^### /gm, "## ")}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const wanted = await configurationDocument();
  const there = await Deno.readTextFile(TARGET).catch(() => "");
  if (Deno.args.includes("--check")) {
    if (there !== wanted) {
      console.error("docs/configuration.md is stale: run `deno task docs`");
      Deno.exit(1);
    }
  } else await Deno.writeTextFile(TARGET, wanted);
}
