import { dirname } from "@std/path";
import { currentService } from "../autostart/services.ts";
import { envFilePath } from "../../config/mod.ts";
import { environmentPlace } from "../command_context.ts";
import { type Command, CommandError, type Context } from "../command.ts";

export const autostartInstall: Command = {
  name: "autostart install",
  summary: "Start GemiNitro at sign-in (launchd, systemd, Windows task)",
  usage: "",
  examples: [
    { line: "geminitro autostart install", says: "And start it now" },
    { line: "geminitro autostart install --print", says: "Only show the file" },
  ],
  options: [
    {
      name: "system",
      summary: "A unit of the system instead: from the machine's start, without anybody signed in",
    },
    { name: "print", summary: "Show the file and change nothing" },
    { name: "platform", value: "<name>", summary: "With --print: darwin, linux or windows" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { kind, file, plan, left, fleeting } = await currentService(context);
    const text = kind.text(plan);
    if (context.flag("print")) {
      context.out.json({ file, text });
      context.out.line(`# ${file}`);
      context.out.line(text.trimEnd());
      return;
    }
    if (fleeting) {
      throw new CommandError("This program lies in npx's cache, which npm clears", {
        hint: "Install it for good first: npm install --global geminitro",
      });
    }
    await buildDashboard(context);
    const { installService } = await import("../autostart/apply.ts");
    await Deno.mkdir(dirname(plan.log), { recursive: true, mode: 0o700 });
    await installService(kind, file, text);
    context.out.json({ installed: true, file, log: plan.log });
    context.out.line(`GemiNitro starts at sign-in (${file}); its log is ${plan.log}`);
    if (left.length > 0) {
      const where = envFilePath(environmentPlace(context.services)) ?? ".env";
      context.out.warn(`Secrets of this shell are not in the service: put ${left.join(", ")} into ${where}`);
    }
    if (plan.user === undefined && Deno.build.os === "linux") await checkLinger(context);
  },
};

/** Builds the dashboard of a checkout: a service could not do it later. */
async function buildDashboard({ services, out }: Context): Promise<void> {
  const { projectDir } = services;
  if (projectDir === undefined) return;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "tools/build_dashboard.ts"],
    cwd: projectDir,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) out.warn("The dashboard could not be built: run deno task build");
}

/** Without linger systemd ends a user's services at the last sign-out. */
async function checkLinger({ out, services, interactive }: Context): Promise<void> {
  const user = services.env["USER"] ?? "";
  const ask = (args: readonly string[]) =>
    new Deno.Command("loginctl", { args: [...args], stdin: "null", stdout: "piped", stderr: "null" }).output()
      .then(({ success, stdout }) => success ? new TextDecoder().decode(stdout) : undefined, () => undefined);
  const shown = await ask(["show-user", user, "--property=Linger"]);
  if (shown?.trim() === "Linger=yes") return;
  if (interactive) {
    const { confirm } = await import("@clack/prompts");
    const yes = await confirm({
      message: "It would stop when you sign out. Let it run on (loginctl enable-linger)?",
    });
    if (yes === true && await ask(["enable-linger", user]) !== undefined) return;
  }
  out.warn(
    "It stops when you sign out: run loginctl enable-linger, or install it for the system: geminitro autostart install --system",
  );
}

export const autostartRemove: Command = {
  name: "autostart remove",
  summary: "Start it at sign-in no more",
  usage: "",
  examples: [{ line: "geminitro autostart remove", says: "A server that it runs is stopped" }],
  options: [{ name: "system", summary: "The unit of the system" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { kind, file } = await currentService(context);
    const { removeService } = await import("../autostart/apply.ts");
    const removed = await removeService(kind, file);
    context.out.json({ removed, file });
    context.out.line(removed ? `Removed ${file}` : "There is no autostart.");
  },
};

export const autostartStatus: Command = {
  name: "autostart status",
  summary: "Say whether GemiNitro starts at sign-in",
  usage: "",
  examples: [{ line: "geminitro autostart status", says: "Exit code 1 when it does not" }],
  options: [{ name: "system", summary: "The unit of the system" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { file, plan } = await currentService(context);
    const installed = await Deno.stat(file).then(() => true, () => false);
    context.out.json({ installed, file, log: plan.log });
    context.out.line(
      installed
        ? `GemiNitro starts at sign-in (${file}); its log is ${plan.log}`
        : "GemiNitro does not start at sign-in. Set it up: geminitro autostart install",
    );
    return installed ? 0 : 1;
  },
};
