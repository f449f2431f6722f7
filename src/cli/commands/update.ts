import type { Command, Context } from "../command.ts";
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
    const { projectDir } = context.services;
    if (projectDir !== undefined && !context.flag("check")) return tellCheckout(context, projectDir);
    if (!Deno.build.standalone && !context.flag("check")) return tellBundle(context);
    if (context.flag("rollback")) return await goBack(context);
    const { checkForUpdate, RELEASE_FEED, RELEASE_KEY } = await import("../../update/mod.ts");
    const check = await checkForUpdate(context.services.version, {
      feed: context.services.env["GEMINITRO_RELEASE_FEED"] || RELEASE_FEED,
      publicKey: RELEASE_KEY,
      fetch,
    });
    const { current, newest, available, release } = check;
    const notes = release.notes === undefined ? "" : ` (${release.notes})`;
    if (!available || context.flag("check")) {
      context.out.json({ current, newest, available });
      context.out.line(available ? `Release ${newest} is there${notes}` : `${current} is the newest release`);
      if (available && projectDir !== undefined) tellCheckout(context, projectDir);
      return;
    }
    const { applyUpdate } = await import("../../update/mod.ts");
    await applyUpdate({ release, executable: Deno.execPath(), fetch });
    context.out.json({ current, newest, installed: true });
    context.out.line(`Installed ${newest}${notes}. Back to ${current}: geminitro update --rollback`);
    await tellRestart(context);
  },
};

/** A checkout is the user's own: only said, never done. */
function tellCheckout({ out }: Context, projectDir: string): void {
  const command = `git -C ${projectDir} pull --ff-only && deno install --frozen`;
  out.json({ checkout: projectDir, command });
  out.line("This is a checkout, so git updates it:");
  out.line(`  ${command}`);
}

/** What runs here is Deno itself, which is not ours to replace. */
function tellBundle({ out }: Context): number {
  out.json({ bundle: true, installed: false });
  out.line("This is the bundle that your own Deno runs: replace its folder with that of the newest release.");
  return 1;
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
