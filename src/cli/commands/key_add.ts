import { TIERS } from "../../core/mod.ts";
import type { AddKeysInput } from "../../admin/mod.ts";
import type { AddedKey } from "../../management/contract.ts";
import type { Command, Context } from "../command.ts";
import { usageError } from "../command_error.ts";
import { plural } from "../spans.ts";

export const keyAdd: Command = {
  name: "key add",
  summary: "Add Gemini API keys; each is checked with Google first",
  usage: "<key>...",
  examples: [
    { line: "geminitro key add AIza...", says: "Check a key and add it" },
    {
      line: "geminitro key add - < keys.txt",
      says: "Add many, one a line, without a trace in the shell's history",
    },
    {
      line: "geminitro key add AIza... --project team-a --tier standard",
      says: "Say what Google does not tell",
    },
  ],
  options: [
    { name: "label", value: "<text>", summary: "A name for people" },
    {
      name: "project",
      value: "<id>",
      summary: "Google Cloud project; keys of one project share their quota",
    },
    { name: "tier", value: "<tier>", summary: `${TIERS.join(", ")}; default free` },
    { name: "proxy", value: "<url>", summary: "Outbound proxy for these keys alone" },
    { name: "no-check", summary: "Add them without asking Google" },
  ],
  takes: { least: 1, most: 5_000 },
  async run(context) {
    const input = await inputOf(context);
    const { ok, results } = await (await context.client()).addKeys(input);
    context.out.json({ ok, results });
    for (const one of results) context.out.line(lineOf(one, context));
    return ok ? 0 : 1;
  },
};

async function inputOf(context: Context): Promise<AddKeysInput> {
  const tier = TIERS.find((known) => known === context.text("tier"));
  if (tier === undefined && context.text("tier") !== undefined) {
    throw usageError(`--tier must be one of ${TIERS.join(", ")}`);
  }
  const text = context.args.includes("-") ? await new Response(Deno.stdin.readable).text() : "";
  const given = [
    ...context.args.filter((one) => one !== "-"),
    ...(await import("../../admin/mod.ts")).keysIn(text),
  ];
  if (given.length === 0) throw usageError("No key came on standard input");
  const named = (name: "label" | "project" | "proxy") => {
    const value = context.text(name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    // A refused key is an answer of its own, also when it is the only one.
    keys: given,
    ...named("label"),
    ...named("project"),
    ...named("proxy"),
    ...(tier === undefined ? {} : { tier }),
    validate: !context.flag("no-check"),
  };
}

function lineOf(one: AddedKey, { out }: Context): string {
  const { style } = out;
  if (!one.ok) return `${style.red("refused")} ${shortTail(one.tail)}: ${one.reason}`;
  const models = one.models.length === 0 ? "not checked" : plural(one.models.length, "model");
  return `${style.green("added")} ${shortTail(one.tail)} (${models})`;
}

function shortTail(tail: string): string {
  return `...${tail.replace(/^\.+/, "")}`;
}
