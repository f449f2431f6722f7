import { backText } from "../../core/mod.ts";
import { openAccounts } from "../accounts.ts";
import type { Command } from "../command.ts";
import { table } from "../table.ts";

export const accountList: Command = {
  name: "account list",
  summary: "List all signed-in accounts with their state",
  usage: "",
  examples: [{ line: "geminitro account list", says: "Antigravity, Gemini CLI and Vertex AI" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const accounts = await (await openAccounts(context)).accounts();
    const { out } = context;
    out.json(accounts);
    if (accounts.length === 0) out.line("There are no accounts. Sign in: geminitro login <source>");
    const rows = accounts.map(({ email, source, tier, project, state, reason, remedy, link, until }) => [
      email,
      source,
      tier,
      project ?? "-",
      state === "ready" ? out.style.green(state) : out.style.yellow(state.replaceAll("_", " ")),
      [reason, until === undefined ? undefined : `Tried again ${backText(until, Date.now())}.`, remedy, link]
        .filter((word) => word !== undefined).join(" "),
    ]);
    for (const line of table(rows)) out.line(line);
  },
};
