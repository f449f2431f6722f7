import type { Key } from "../../management/contract.ts";
import type { Command, Context } from "../command.ts";
import { plural, span } from "../spans.ts";
import { oneOf } from "../one_of.ts";
import type { Style } from "../style.ts";
import { table } from "../table.ts";

export const keyList: Command = {
  name: "key list",
  summary: "List all keys with their status",
  usage: "",
  examples: [
    { line: "geminitro key list", says: "Every key with its status, project and use" },
    { line: "geminitro key list --status active", says: "Only the good ones" },
    { line: "geminitro key list --json", says: "The same for scripts; no secret is in it" },
  ],
  options: [{
    name: "status",
    value: "<status>",
    summary: "Only keys that are active, cooldown, disabled or dead",
  }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const status = oneOf(context, "status", ["active", "cooldown", "disabled", "dead"] as const);
    const all = await (await context.client()).keys();
    const keys = status === undefined ? all : all.filter((key) => key.status === status);
    context.out.json(keys);
    if (all.length === 0) context.out.line("There are no keys yet. Add one: geminitro key add <key>");
    else for (const line of linesOf(keys, context)) context.out.line(line);
  },
};

function linesOf(keys: readonly Key[], { out }: Context): string[] {
  const now = Date.now();
  const { style } = out;
  const head = ["KEY", "LABEL", "SOURCE", "PROJECT", "TIER", "STATUS", "CALLS", "ERRORS", "MODELS"];
  const rows = keys.map((key) => [
    key.tail,
    key.label || "-",
    key.source,
    key.project ?? "-",
    key.tier,
    statusText(key, now, style),
    String(key.usage),
    String(key.errors),
    key.modelsAt === null ? "?" : String(key.models.length),
  ]);
  const notes = keys.filter((key) => key.status === "dead")
    .map((key) =>
      `${key.tail}: ${key.reason ?? "refused by Google"}${key.link === null ? "" : ` ${key.link}`}`
    );
  return [...table([head.map((word) => style.dim(word)), ...rows]), "", plural(keys.length, "key"), ...notes];
}

function statusText(key: Key, now: number, style: Style): string {
  if (key.status === "active") return style.green("active");
  if (key.status === "disabled") return style.dim("disabled");
  if (key.status === "dead") return style.red("dead");
  const left = key.cooldownUntil === null ? "" : ` ${span(Date.parse(key.cooldownUntil) - now)}`;
  return style.yellow(`cooldown${left}`);
}
