import { TIERS, untilText } from "../../core/mod.ts";
import type { AddKeysInput } from "../../admin/mod.ts";
import { everyItem } from "../../management/client.ts";
import type { KeyEdit } from "../../management/contract.ts";
import type { AddedKey, CheckedKey, Key } from "../../management/contract.ts";
import { type Command, CommandError, type Context, usageError } from "../command.ts";
import { oneOf } from "../read_arguments.ts";
import { verdictLine } from "../stats_view.ts";
import { plural, shortIds, type Style } from "../style.ts";
import { watch, WATCH_OPTIONS } from "../watch.ts";

/** More ids than any command line holds. */
const MOST = 5_000;

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
    { name: "tag", value: "<tag>", summary: "A word to find them by", many: true },
    { name: "proxy", value: "<url>", summary: "Outbound proxy for these keys alone" },
    { name: "no-check", summary: "Add them without asking Google" },
  ],
  takes: { least: 1, most: MOST },
  async run(context) {
    const input = await inputOf(context);
    const { ok, results } = await (await context.client()).addKeys(input);
    context.out.json({ ok, results });
    for (const one of results) context.out.line(addedLine(one, context));
    return ok ? 0 : 1;
  },
};

async function inputOf(context: Context): Promise<AddKeysInput> {
  const tier = oneOf(context, "tier", TIERS);
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
    // A refused key is part of the answer, even if it is the only one.
    keys: given,
    ...named("label"),
    ...named("project"),
    ...named("proxy"),
    ...tagged("tags", context.texts("tag")),
    ...(tier === undefined ? {} : { tier }),
    validate: !context.flag("no-check"),
  };
}

function addedLine(one: AddedKey, { out }: Context): string {
  const { style } = out;
  if (!one.ok) return `${style.red("refused")} ${shortTail(one.tail)}: ${one.reason}`;
  const models = one.models.length === 0 ? "not checked" : plural(one.models.length, "model");
  return `${style.green("added")} ${shortTail(one.tail)} (${models})`;
}

function shortTail(tail: string): string {
  return `...${tail.replace(/^\.+/, "")}`;
}

export const keyList: Command = {
  name: "key list",
  summary: "List all keys with their state",
  usage: "",
  examples: [
    { line: "geminitro key list", says: "Every key with the short id that check, edit and remove take" },
    { line: "geminitro key list --status active", says: "Only the good ones" },
    { line: "geminitro key list --tag spare", says: "Only those with this tag" },
    { line: "geminitro key list --watch", says: "Drawn again every two seconds until Ctrl-C" },
    { line: "geminitro key list --json", says: "The same for scripts; no secret is in it" },
  ],
  options: [
    { name: "status", value: "<status>", summary: "Only keys that are active, cooldown, disabled or dead" },
    { name: "tag", value: "<tag>", summary: "Only keys that have this tag" },
    ...WATCH_OPTIONS,
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const tag = context.text("tag")?.toLowerCase();
    const status = oneOf(context, "status", ["active", "cooldown", "disabled", "dead"] as const);
    const client = await context.client();
    await watch(context, async (out) => {
      const [all, { verdict }] = await Promise.all([everyItem(client.keyPage, {}), client.overview()]);
      // Short ids are unique among all keys, not only among those shown.
      const keys = all.filter((key) =>
        (status === undefined || key.status === status) &&
        (tag === undefined || key.tags.some((one) => one.toLowerCase() === tag))
      );
      out.json(keys);
      if (all.length === 0) return out.line("There are no keys yet. Add one: geminitro key add <key>");
      if (verdict.status !== "ok") out.line(`${verdictLine(verdict, out.style)}\n`);
      showKeys(keys, shortIds(all.map(({ id }) => id)), out);
    });
  },
};

const KEY_HEAD = ["ID", "KEY", "LABEL", "SOURCE", "PROJECT", "TIER", "STATUS", "CALLS", "FAILED", "MODELS"];

function showKeys(keys: readonly Key[], ids: ReadonlyMap<string, string>, out: Context["out"]): void {
  const now = Date.now();
  const { style } = out;
  const tagged = keys.some(({ tags }) => tags.length > 0);
  out.table(
    tagged ? [...KEY_HEAD, "TAGS"] : KEY_HEAD,
    keys.map((key) => [
      ids.get(key.id) ?? key.id,
      key.tail,
      key.label || "-",
      key.source,
      key.project ?? "-",
      key.tier,
      statusText(key, now, style),
      String(key.usage),
      String(key.errors),
      key.modelsAt === null ? "?" : String(key.models.length),
      ...tagged ? [key.tags.join(", ") || "-"] : [],
    ]),
  );
  out.line();
  for (const key of keys.filter(({ status }) => status === "dead")) {
    const link = key.link === null ? "" : ` ${key.link}`;
    out.line(`${key.label || key.tail}: ${key.reason ?? "refused by Google"}${link}`);
  }
  out.line(plural(keys.length, "key"));
}

function statusText(key: Key, now: number, style: Style): string {
  if (key.status === "active") return style.green("active");
  if (key.status === "disabled") return style.dim("disabled");
  if (key.status === "dead") return style.red("dead");
  return style.yellow(
    key.cooldownUntil === null ? "cooldown" : `cooldown ${untilText(Date.parse(key.cooldownUntil), now)}`,
  );
}

const TAKE_AWAY = "none";

export const keyEdit: Command = {
  name: "key edit",
  summary: "Change a key's name, tags, project, tier, proxy, priority or models, or switch it on or off",
  usage: "<key>",
  examples: [
    { line: "geminitro key edit x7Kp2Q --label laptop --tier standard", says: "Name it and say its tier" },
    { line: "geminitro key edit x7Kp2Q --tag spare --untag new", says: "Put a tag to it and take one away" },
    { line: "geminitro key edit x7Kp2Q --off", says: "Use it no more, and keep it; --on uses it again" },
    {
      line: "geminitro key edit x7Kp2Q --deny 'gemini-*-pro*' --deny 'gemini-3*'",
      says: "Never for these models",
    },
    { line: "geminitro key edit x7Kp2Q --project none", says: `${TAKE_AWAY} takes a value away` },
  ],
  options: [
    { name: "label", value: "<text>", summary: "A name for people" },
    {
      name: "project",
      value: "<id>",
      summary: "Google Cloud project; keys of one project share their quota",
    },
    { name: "tier", value: "<tier>", summary: TIERS.join(", ") },
    { name: "proxy", value: "<url>", summary: "Outbound proxy for this key alone" },
    { name: "priority", value: "<number>", summary: "Higher goes first; may be below 0" },
    { name: "tag", value: "<tag>", summary: "Put this tag to it", many: true },
    { name: "untag", value: "<tag>", summary: "Take this tag away", many: true },
    { name: "allow", value: "<models>", summary: "Only for models of this pattern", many: true },
    { name: "deny", value: "<models>", summary: "Not for models of this pattern", many: true },
    { name: "on", summary: "Use it" },
    { name: "off", summary: "Use it no more" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const edit = editOf(context);
    if (Object.keys(edit).length === 0) {
      throw usageError("Say what is to change", "geminitro key edit --help shows the options.");
    }
    const key = await (await context.client()).editKey(context.args[0] ?? "", edit);
    context.out.json(key);
    const { out } = context;
    out.line(`${out.style.green("changed")} ${key.label || key.tail}`);
    out.table(["LABEL", "PROJECT", "TIER", "STATUS", "PRIORITY", "TAGS", "ALLOWED", "DENIED"], [[
      key.label || "-",
      key.project ?? "-",
      key.tier,
      statusText(key, Date.now(), out.style),
      String(key.priority),
      key.tags.join(", ") || "-",
      key.allowModels?.join(", ") ?? "all",
      key.denyModels?.join(", ") ?? "none",
    ]]);
  },
};

function editOf(context: Context): KeyEdit {
  if (context.flag("on") && context.flag("off")) throw usageError("Give --on or --off, not both");
  const tier = oneOf(context, "tier", TIERS);
  const label = context.text("label");
  const priority = context.text("priority");
  if (priority !== undefined && !/^-?\d{1,4}$/.test(priority)) {
    throw usageError(`--priority is ${JSON.stringify(priority)}, but must be a whole number`);
  }
  return {
    ...(label === undefined ? {} : { label: label === TAKE_AWAY ? "" : label }),
    ...(tier === undefined ? {} : { tier }),
    ...orNull("project", context.text("project")),
    ...orNull("proxy", context.text("proxy")),
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    ...tagged("addTags", context.texts("tag")),
    ...tagged("removeTags", context.texts("untag")),
    ...patterns("allowModels", context.texts("allow")),
    ...patterns("denyModels", context.texts("deny")),
    ...(context.flag("on") ? { enabled: true } : context.flag("off") ? { enabled: false } : {}),
  };
}

function orNull<Name extends string>(name: Name, value: string | undefined) {
  if (value === undefined) return {};
  return { [name]: value === TAKE_AWAY ? null : value } as { [Key in Name]: string | null };
}

function tagged<Name extends string>(name: Name, values: readonly string[]) {
  return values.length === 0 ? {} : { [name]: values } as { [Key in Name]: readonly string[] };
}

function patterns<Name extends string>(name: Name, values: readonly string[]) {
  if (values.length === 0) return {};
  return { [name]: values.includes(TAKE_AWAY) ? null : values } as {
    [Key in Name]: readonly string[] | null;
  };
}

export const keyReplace: Command = {
  name: "key replace",
  summary: "Put another API key in the place of one; its name, tags, project, caps and history stay",
  usage: "<key> <new key>",
  examples: [
    {
      line: "geminitro key replace x7Kp2Q AIza...",
      says: "Google is asked first: a key that does not work changes nothing",
    },
    { line: "geminitro key replace x7Kp2Q - < new.txt", says: "Without a trace in the shell's history" },
  ],
  options: [{ name: "no-check", summary: "Replace it without asking Google" }],
  takes: { least: 2, most: 2 },
  async run(context) {
    const { out } = context;
    const [wanted = "", given = ""] = context.args;
    const secret = given === "-" ? (await new Response(Deno.stdin.readable).text()).trim() : given;
    if (secret === "") throw usageError("No key came on standard input");
    const client = await context.client();
    const { key, undo } = await client.replaceKey(wanted, {
      key: secret,
      validate: !context.flag("no-check"),
    });
    out.json({ replaced: { id: key.id, tail: key.tail, label: key.label }, undo });
    out.line(`${out.style.green("replaced")} ${key.label || key.id}: it is ${key.tail} now`);
    out.line(`Undo it within ten minutes: geminitro key undo ${undo}`);
  },
};

export const keyRemove: Command = {
  name: "key remove",
  summary:
    "Remove keys by the ids of key list or their last 6 or more characters; or all that Google refuses for good",
  usage: "[key]...",
  examples: [
    { line: "geminitro key remove x7Kp2Q", says: "Remove the key with this short id, or that ends so" },
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
      ? (await everyItem(client.keyPage, { status: "dead" as const })).map(({ id }) => id)
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
    logRemoved(context, removed);
    for (const one of failed) out.warn(one);
    if (failed.length > 0) throw new CommandError(`${plural(failed.length, "key")} could not be removed`);
  },
};

type Removed = Awaited<ReturnType<Awaited<ReturnType<Context["client"]>>["removeKey"]>>;

function logRemoved(context: Context, removed: readonly Removed[]): void {
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
    const name = label || (revoked === undefined ? shortTail(tail) : tail);
    out.line(`Removed ${name}${note === undefined ? "" : `: ${note}`}`);
  }
  if (context.flag("dead") && undo.length > 0) {
    out.line(`Undo it within ten minutes: geminitro key undo ${undo.join(" ")}`);
  }
}

export const keyUndo: Command = {
  name: "key undo",
  summary: "Put back keys that were removed or replaced within the last ten minutes",
  usage: "<undo>...",
  examples: [{
    line: "geminitro key undo undo_x7Kp2Q",
    says: "With what key remove --dead or key replace has said",
  }],
  options: [],
  takes: { least: 1, most: MOST },
  async run(context) {
    const client = await context.client();
    const restored = [];
    for (const undo of context.args) restored.push(await client.restoreKey({ undo }));
    context.out.json({ restored: restored.map(({ id, tail, label }) => ({ id, tail, label })) });
    for (const { tail, label } of restored) context.out.line(`Put back ${label || tail}`);
  },
};

export const keyCheck: Command = {
  name: "key check",
  summary: "Ask Google about one key, or about all",
  usage: "[key]",
  examples: [
    { line: "geminitro key check", says: "Check every key; exit code 1 when one does not work" },
    {
      line: "geminitro key check x7Kp2Q",
      says: "Check one, by its short id or its last characters; when it works, its cooldowns are lifted",
    },
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
    for (const one of checked) context.out.line(checkedLine(one, context));
    return checked.every((one) => one.ok) ? 0 : 1;
  },
};

function checkedLine(one: CheckedKey, { out }: Context): string {
  const tail = shortTail(one.tail);
  if (one.ok) return `${out.style.green("works")} ${tail} (${plural(one.models.length, "model")})`;
  return `${out.style.red("fails")} ${tail}: ${one.reason ?? "no reason was given"}`;
}
