import { type Command, type Context, usageError } from "../command.ts";
import type { InstallKind } from "../../update/mod.ts";
import { liveClient } from "../server_file.ts";

export const version: Command = {
  name: "version",
  summary: "Show the version of GemiNitro, Deno and the platform",
  usage: "",
  examples: [{ line: "geminitro version --json", says: "For a report of a fault" }],
  options: [],
  takes: { least: 0, most: 0 },
  run(context) {
    const { os, arch } = Deno.build;
    const { version } = context.services;
    context.out.json({ version, deno: Deno.version.deno, os, arch, executable: Deno.build.standalone });
    context.out.line(`geminitro ${version} (Deno ${Deno.version.deno}, ${os} ${arch})`);
    return Promise.resolve();
  },
};

export const update: Command = {
  name: "update",
  summary: "Install the newest release; its signature and checksum are verified first",
  usage: "",
  examples: [
    { line: "geminitro update --check", says: "Only look; exit code 0 either way" },
    { line: "geminitro update", says: "Install it; a running server uses it after geminitro restart" },
    { line: "geminitro update --rollback", says: "Go back to the release before" },
  ],
  options: [
    { name: "check", summary: "Only look whether there is a newer release" },
    { name: "rollback", summary: "Go back to the executable before" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    if (context.flag("check") && context.flag("rollback")) {
      throw usageError("Give --check or --rollback, not both");
    }
    const { checkForUpdate, installKind, RELEASE_FEED, RELEASE_KEYS, updateCommand } = await import(
      "../../update/mod.ts"
    );
    const kind = installKind(context.services);
    const command = updateCommand(kind, context.services.projectDir);
    if (kind !== "executable" && !context.flag("check")) {
      context.out.json({ installed: false, kind, command });
      return notifyOwner(context, kind, command);
    }
    if (context.flag("rollback")) return await goBack(context);
    const check = await checkForUpdate(context.services.version, {
      feed: context.services.env["GEMINITRO_RELEASE_FEED"] || RELEASE_FEED,
      keys: RELEASE_KEYS,
      fetch,
    });
    const { current, newest, available, release } = check;
    const notes = release.notes === undefined ? "" : ` (${release.notes})`;
    if (!available || context.flag("check")) {
      context.out.json({ current, newest, available, kind, ...(command === undefined ? {} : { command }) });
      context.out.line(available ? `Release ${newest} is there${notes}` : `${current} is the newest release`);
      if (available && kind !== "executable") notifyOwner(context, kind, command);
      return;
    }
    const { applyUpdate } = await import("../../update/mod.ts");
    await applyUpdate({ release, executable: Deno.execPath(), fetch });
    context.out.json({ current, newest, installed: true });
    context.out.line(`Installed ${newest}${notes}. Back to ${current}: geminitro update --rollback`);
    await notifyRestart(context);
  },
};

const OWNERS: Readonly<Record<Exclude<InstallKind, "executable">, string>> = {
  npm: "npm installed this copy, and npm updates it:",
  npx: "npx runs this copy from its cache. The newest one is run by:",
  container: "This copy runs in a container. Take the newest image:",
  checkout: "This is a checkout, so git updates it:",
  bundle: "Your own Deno runs this bundle. Replace its folder with a new one, made in a checkout by:",
};

/** An update that another installer must do is only announced. */
function notifyOwner({ out }: Context, kind: Exclude<InstallKind, "executable">, command = ""): void {
  out.line(OWNERS[kind]);
  out.line(`  ${command}`);
}

async function goBack(context: Context): Promise<void> {
  const { rollBack } = await import("../../update/mod.ts");
  await rollBack(Deno.execPath());
  context.out.json({ rolledBack: true });
  context.out.line("The release before is back.");
  await notifyRestart(context);
}

async function notifyRestart(context: Context): Promise<void> {
  if (await context.server() !== undefined) {
    context.out.line("The running server goes on until: geminitro restart");
  }
}

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const completions: Command = {
  name: "completions",
  summary: "Write the completions for a shell to standard output",
  usage: `<${SHELLS.join("|")}>`,
  examples: [
    {
      line: "geminitro completions bash > ~/.local/share/bash-completion/completions/geminitro",
      says: "bash",
    },
    { line: "geminitro completions zsh > ~/.zfunc/_geminitro", says: "zsh; the folder must be in $fpath" },
    { line: "geminitro completions fish > ~/.config/fish/completions/geminitro.fish", says: "fish" },
    { line: "geminitro completions powershell >> $PROFILE", says: "PowerShell" },
  ],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const shell = SHELLS.find((one) => one === context.args[0]);
    if (shell === undefined) throw usageError(`The shell must be one of ${SHELLS.join(", ")}`);
    const [{ completionScript }, { COMMANDS }] = await Promise.all([
      import("../completion_scripts.ts"),
      import("../command_table.ts"),
    ]);
    context.services.write(completionScript(shell, COMMANDS));
  },
};

export const configShow: Command = {
  name: "config show",
  summary: "Show every setting with its value and where it comes from",
  usage: "",
  examples: [
    { line: "geminitro config show", says: "Secrets are told as set or not set" },
    { line: "geminitro config show --changed", says: "Only what differs from the defaults" },
  ],
  options: [{ name: "changed", summary: "Only what is set" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const rows = await rowsOf(context);
    const shown = context.flag("changed") ? rows.filter(({ origin }) => origin !== "default") : rows;
    const { out } = context;
    out.json(shown);
    const { dim, bold } = out.style;
    out.table(
      ["SETTING", "VALUE", "FROM"],
      shown.map((row) => [bold(row.variable), row.value ?? "-", dim(row.origin)]),
    );
    // Problems in them are reported after they were shown.
    await context.settings();
  },
};

interface Row {
  readonly variable: string;
  readonly value: string | null;
  readonly origin: "environment" | ".env" | "default";
}

async function rowsOf(context: Context): Promise<readonly Row[]> {
  const { showSettings } = await import("../../config/mod.ts");
  const all = await context.env();
  return showSettings(context.services.env, all).map(({ variable, value, origin }) => ({
    variable,
    value,
    origin,
  }));
}

export const mcp: Command = {
  name: "mcp",
  summary:
    "Let agents ask the pool: quota left, which model now, last failures (MCP over standard input and output)",
  usage: "",
  examples: [
    {
      line: "geminitro mcp",
      says: "What an agent starts; geminitro install --mcp writes it into those that take MCP servers",
    },
  ],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const [{ createMcpServer }, { StdioServerTransport }] = await Promise.all([
      import("../mcp/server.ts"),
      import("@modelcontextprotocol/server/stdio"),
    ]);
    const source = await liveClient(context);
    const server = createMcpServer({ version: context.services.version, source, now: Date.now });
    const transport = new StdioServerTransport();
    const ended = new Promise<void>((resolve) => server.server.onclose = resolve);
    await server.connect(transport);
    // Agents close the MCP server's input when they end.
    const { default: process } = await import("node:process");
    process.stdin.once("end", () => void server.close());
    await Promise.race([ended, context.services.endSignal()]);
  },
};
