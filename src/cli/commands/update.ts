import type { Command, Context } from "../command.ts";
import type { InstallKind } from "../../update/mod.ts";
import { usageError } from "../command_error.ts";

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
      return tellOwner(context, kind, command);
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
      if (available && kind !== "executable") tellOwner(context, kind, command);
      return;
    }
    const { applyUpdate } = await import("../../update/mod.ts");
    await applyUpdate({ release, executable: Deno.execPath(), fetch });
    context.out.json({ current, newest, installed: true });
    context.out.line(`Installed ${newest}${notes}. Back to ${current}: geminitro update --rollback`);
    await tellRestart(context);
  },
};

const OWNERS: Readonly<Record<Exclude<InstallKind, "executable">, string>> = {
  npm: "npm installed this copy, and npm updates it:",
  npx: "npx runs this copy from its cache. The newest one is run by:",
  container: "This copy runs in a container. Take the newest image:",
  checkout: "This is a checkout, so git updates it:",
  bundle: "Your own Deno runs this bundle. Replace its folder with a new one, made in a checkout by:",
};

/** What somebody else installed is only said, never done. */
function tellOwner({ out }: Context, kind: Exclude<InstallKind, "executable">, command = ""): void {
  out.line(OWNERS[kind]);
  out.line(`  ${command}`);
}

async function goBack(context: Context): Promise<void> {
  const { rollBack } = await import("../../update/mod.ts");
  await rollBack(Deno.execPath());
  context.out.json({ rolledBack: true });
  context.out.line("The release before is back.");
  await tellRestart(context);
}

async function tellRestart(context: Context): Promise<void> {
  if (await context.server() !== undefined) {
    context.out.line("The running server goes on until: geminitro restart");
  }
}
