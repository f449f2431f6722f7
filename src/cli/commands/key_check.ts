import type { CheckedKey } from "../../management/contract.ts";
import type { Command, Context } from "../command.ts";
import { plural } from "../spans.ts";

export const keyCheck: Command = {
  name: "key check",
  summary: "Ask Google about one key, or about all",
  usage: "[fragment]",
  examples: [
    { line: "geminitro key check", says: "Check every key; exit code 1 when one does not work" },
    { line: "geminitro key check x7Kp2Q", says: "Check one; when it works, its cooldowns are lifted" },
  ],
  options: [],
  takes: { least: 0, most: 1 },
  async run(context) {
    const client = await context.client();
    const [fragment] = context.args;
    const checked = fragment === undefined
      ? (await client.checkAllKeys()).results
      : [await client.checkKey(fragment)];
    context.out.json(checked);
    if (checked.length === 0) context.out.line("There are no keys yet. Add one: geminitro key add <key>");
    for (const one of checked) context.out.line(lineOf(one, context));
    return checked.every((one) => one.ok) ? 0 : 1;
  },
};

function lineOf(one: CheckedKey, { out }: Context): string {
  const tail = `...${one.tail.replace(/^\.+/, "")}`;
  if (one.ok) return `${out.style.green("works")} ${tail} (${plural(one.models.length, "model")})`;
  return `${out.style.red("fails")} ${tail}: ${one.reason ?? "no reason was given"}`;
}
