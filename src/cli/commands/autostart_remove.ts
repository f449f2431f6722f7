import { currentService } from "../autostart/current_service.ts";
import type { Command } from "../command.ts";

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
