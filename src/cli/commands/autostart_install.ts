import { dirname } from "node:path";
import { currentService } from "../autostart/current_service.ts";
import type { Command } from "../command.ts";

export const autostartInstall: Command = {
  name: "autostart install",
  summary: "Start GemiNitro at sign-in (launchd, systemd user unit, Windows task)",
  usage: "",
  examples: [
    { line: "geminitro autostart install", says: "And start it now" },
    { line: "geminitro autostart install --print", says: "Only show the file" },
  ],
  options: [
    { name: "print", summary: "Show the file and change nothing" },
    { name: "platform", value: "<name>", summary: "With --print: darwin, linux or windows" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { kind, file, plan } = await currentService(context);
    const text = kind.text(plan);
    if (context.flag("print")) {
      context.out.json({ file, text });
      context.out.line(`# ${file}`);
      context.out.line(text.trimEnd());
      return;
    }
    const { installService } = await import("../autostart/apply.ts");
    await Deno.mkdir(dirname(plan.log), { recursive: true, mode: 0o700 });
    await installService(kind, file, text);
    context.out.json({ installed: true, file, log: plan.log });
    context.out.line(`GemiNitro starts at sign-in (${file}); its log is ${plan.log}`);
  },
};
