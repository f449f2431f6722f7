import { currentService } from "../autostart/current_service.ts";
import type { Command } from "../command.ts";

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
