/**
 * Writes the documents that are made of code: docs/configuration.md and .env.example from the table of settings, the lists of
 * bounds in docs/security.md from theirs. `--check` only compares.
 */
import { exampleEnv, settingsMarkdown } from "../src/config/mod.ts";
import type { Bound } from "../src/core/mod.ts";
import { BOUND_TABLE } from "../src/http/bounds.ts";
import { UPSTREAM_BOUND_TABLE } from "../src/upstreams/bounds.ts";

const SECURITY = new URL("../docs/security.md", import.meta.url);
const TARGET = new URL("../docs/configuration.md", import.meta.url);
const EXAMPLE = new URL("../.env.example", import.meta.url);

const HEAD = `# Configuration

<!-- Written by \`deno run --allow-read --allow-write tools/write_docs.ts\` from the table in src/config; do not edit by hand. -->

Settings are variables of the process environment; what is not there is read from \`.env\` in the checkout, or in the data folder
for the executable. An empty value is the same as none. A value that does not parse stops the start: the message names the
variable, the value (never a secret's) and what is allowed. 0 is a value, not "unset".

\`\`\`sh
deno task geminitro config show        # what is in force, and where it comes from
\`\`\`

The page Settings of the dashboard and \`POST /api/settings\` (\`variables\`) write \`.env\`. What "at once" stands at then holds
without a restart, in every process of the machine; the rest from the next start on. What the process environment sets goes
before the file and is changed where the program is started.

Keys, aliases, quota groups, caps, clients and preferences are not settings: they live in the database and are changed on the
dashboard, with the command line, or through the [management API](api.md), while everything runs.
`;

/** The configuration's document as it should be. */
export function configurationDocument(): Promise<string> {
  return formatted(`${HEAD}\n${settingsMarkdown().replaceAll(/^### /gm, "## ")}`);
}

/** The lists of bounds in docs/security.md, each by the name that its two marks have. */
const BOUND_LISTS: Readonly<Record<string, Readonly<Record<string, Bound>>>> = {
  "bounds": BOUND_TABLE,
  "upstream bounds": UPSTREAM_BOUND_TABLE,
};

/** The document on security with its lists of bounds as they should be; the rest of it is written by hand. */
export async function securityDocument(): Promise<string> {
  let text = await Deno.readTextFile(SECURITY);
  for (const [name, table] of Object.entries(BOUND_LISTS)) {
    const begin = `<!-- ${name}: written by tools/write_docs.ts -->`;
    const end = `<!-- /${name} -->`;
    const [before = "", rest = ""] = text.split(begin);
    const after = rest.split(end)[1];
    if (after === undefined) throw new Error(`docs/security.md lacks ${begin} and ${end}`);
    const lines = Object.values(table).map(({ most, says }) => `- ${most.toLocaleString("en-US")} ${says}`);
    text = `${before}${begin}\n\n${lines.join("\n")}\n\n${end}${after}`;
  }
  return await formatted(text);
}

/** A text as the formatter leaves it. */
async function formatted(text: string): Promise<string> {
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
  for (
    const [target, wanted] of [
      [TARGET, configurationDocument()],
      [EXAMPLE, exampleEnv()],
      [SECURITY, securityDocument()],
    ] as const
  ) {
    const there = await Deno.readTextFile(target).catch(() => "");
    if (there === await wanted) continue;
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(target, await wanted);
    else {
      console.error(`${target.pathname.split("/").at(-1)} is stale: run \`deno task docs\``);
      Deno.exitCode = 1;
    }
  }
}
