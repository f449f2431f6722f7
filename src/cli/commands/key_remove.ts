import type { Command, Context } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { plural } from "../spans.ts";

/** A shell's line is longer than this many ids anyway. */
const MOST = 5_000;

export const keyRemove: Command = {
  name: "key remove",
  summary:
    "Remove keys by their last 6 or more characters, or their ids; or all that Google refuses for good",
  usage: "[fragment]...",
  examples: [
    { line: "geminitro key remove x7Kp2Q", says: "Remove the key that ends with x7Kp2Q" },
    { line: "geminitro key remove --dead", says: "Remove all dead keys, and say how to undo it" },
  ],
  options: [{ name: "dead", summary: "All keys that Google refuses for good" }],
  takes: { least: 0, most: MOST },
  async run(context) {
    const { out, args } = context;
    if (context.flag("dead") !== (args.length === 0)) {
      throw usageError("Name the keys to remove, or give --dead", "geminitro key list shows them.");
    }
    const client = await context.client();
    const wanted = context.flag("dead")
      ? (await client.keys()).filter(({ status }) => status === "dead").map(({ id }) => id)
      : args;
    if (wanted.length === 0) out.line("No key is dead.");
    const removed = [];
    const failed: string[] = [];
    for (const fragment of wanted) {
      try {
        removed.push(await client.removeKey(fragment));
      } catch (cause) {
        if (!(cause instanceof Error) || wanted.length === 1) throw cause;
        failed.push(`${fragment}: ${cause.message}`);
      }
    }
    tell(context, removed);
    for (const one of failed) out.warn(one);
    if (failed.length > 0) throw new CommandError(`${plural(failed.length, "key")} could not be removed`);
  },
};

type Removed = Awaited<ReturnType<Awaited<ReturnType<Context["client"]>>["removeKey"]>>;

function tell(context: Context, removed: readonly Removed[]): void {
  const { out } = context;
  const shown = removed.map(({ id, tail, label, revoked }) => ({
    id,
    tail,
    label,
    ...(revoked === undefined ? {} : { revoked }),
  }));
  const undo = removed.map((one) => one.undo).filter((one) => one !== "");
  out.json(context.flag("dead") || shown.length !== 1 ? { removed: shown, undo } : { removed: shown[0] });
  for (const { tail, label, revoked, note } of removed) {
    const name = label || (revoked === undefined ? `...${tail.replace(/^\.+/, "")}` : tail);
    out.line(`Removed ${name}${note === undefined ? "" : `. ${note}`}`);
  }
  if (context.flag("dead") && undo.length > 0) {
    out.line(`Undo it within ten minutes: geminitro key undo ${undo.join(" ")}`);
  }
}
