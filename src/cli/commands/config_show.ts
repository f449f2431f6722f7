import type { Command, Context } from "../command.ts";

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
    // Whatever is wrong in them is said after they were shown.
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
