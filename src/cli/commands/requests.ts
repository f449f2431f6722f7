import { durationText } from "../../core/mod.ts";
import type { LocalClient } from "../../management/client.ts";
import type { CallRecord, RequestDetail } from "../../management/contract.ts";
import { type Command, CommandError, type Context } from "../command.ts";
import { plural, type Style } from "../style.ts";
import { interrupted, waitFor } from "../watch.ts";

const USUAL_REQUESTS = 20;
const MOST_REQUESTS = 500;
/** Polling interval of `requests follow`. */
const LOOK_MS = 1_000;

const FILTERS = [
  { name: "model", value: "<model>", summary: "Only of this model" },
  { name: "key", value: "<key>", summary: "Only on this key: id, label or last characters" },
  { name: "agent", value: "<agent>", summary: "Only of agents whose name begins so" },
  { name: "client", value: "<client>", summary: "Only of this client" },
  { name: "status", value: "<status>", summary: "Only with this status, for example 429 or 5xx" },
] as const;

export const requestsList: Command = {
  name: "requests list",
  summary: "List the last requests with their outcome, newest first",
  usage: "",
  examples: [
    { line: "geminitro requests list", says: `The last ${USUAL_REQUESTS}` },
    { line: "geminitro requests list --status 4xx --limit 50", says: "The last fifty that were refused" },
  ],
  options: [
    ...FILTERS,
    { name: "limit", short: "n", value: "<number>", summary: `How many; default ${USUAL_REQUESTS}` },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const limit = Math.min(context.number("limit", 1) ?? USUAL_REQUESTS, MOST_REQUESTS);
    const { items, next } = await (await context.client()).requests({ ...filterOf(context), limit });
    const { out } = context;
    out.json({ items, next });
    if (items.length === 0) return out.line("There are no such requests.");
    out.table(HEAD, items.map((one) => rowOf(one, out.style)));
    out.line(
      `\n${plural(items.length, "request")}${next === null ? "" : ", and older ones"}. ` +
        "One of them: geminitro requests show <id>",
    );
  },
};

export const requestsShow: Command = {
  name: "requests show",
  summary: "Show one request: each attempt with its key, why it was chosen and what its failure changed",
  usage: "<id>",
  examples: [
    { line: "geminitro requests show req_x7Kp2Q", says: "By its id, or the beginning that the list shows" },
    {
      line: "geminitro requests show req_x7Kp2Q --bodies",
      says: "And what was sent and answered; needs LOG_BODIES",
    },
  ],
  options: [{ name: "bodies", summary: "Show what was sent and answered, where it was kept" }],
  takes: { least: 1, most: 1 },
  async run(context) {
    const client = await context.client();
    const request = await client.request(await fullId(client, context.args[0] ?? ""));
    context.out.json(request);
    showRequest(request, context);
  },
};

export const requestsFollow: Command = {
  name: "requests follow",
  summary: "Show requests as they end, until Ctrl-C",
  usage: "",
  examples: [
    { line: "geminitro requests follow", says: "One line a request" },
    { line: "geminitro requests follow --status 429", says: "Only those" },
  ],
  options: FILTERS,
  takes: { least: 0, most: 0 },
  async run(context) {
    const client = await context.client();
    const ending = interrupted(context);
    const { out } = context;
    const seen = new Set<string>();
    let since = Date.now();
    while (!ending.aborted) {
      const { items } = await client.requests({ ...filterOf(context), since, limit: MOST_REQUESTS });
      const fresh = items.filter(({ id }) => !seen.has(id)).sort((a, b) => a.at.localeCompare(b.at));
      for (const one of fresh) {
        seen.add(one.id);
        if (context.json) context.services.write(`${JSON.stringify(one)}\n`);
        else out.line(rowOf(one, out.style).join("  "));
      }
      // Records are sorted by their start: the record of a long call that began earlier may still come.
      since = Math.max(since, Date.now() - LONGEST_CALL_MS);
      await waitFor(LOOK_MS, ending);
    }
  },
};

const LONGEST_CALL_MS = 60 * 60_000;

export const requestsReplay: Command = {
  name: "requests replay",
  summary: "Send a kept request again; needs LOG_BODIES, and costs a call",
  usage: "<id>",
  examples: [
    { line: "geminitro requests replay req_x7Kp2Q", says: "As it was" },
    { line: "geminitro requests replay req_x7Kp2Q --model gemini-2.5-pro", says: "With another model" },
  ],
  options: [
    { name: "key", value: "<key>", summary: "On this key alone" },
    { name: "model", value: "<model>", summary: "With this model" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const client = await context.client();
    const [key, model] = [context.text("key"), context.text("model")];
    const reply = await client.replay(await fullId(client, context.args[0] ?? ""), {
      ...(key === undefined ? {} : { key }),
      ...(model === undefined ? {} : { model }),
    });
    const { out } = context;
    out.json(reply);
    const paint = reply.status < 400 ? out.style.green : out.style.red;
    out.line(`${paint(String(reply.status))}  ${reply.contentType ?? ""}  ${reply.id ?? ""}`);
    out.verbatim(reply.body);
    if (!reply.whole) out.line("The answer is longer: this is its beginning.");
    return reply.status < 400 ? 0 : 1;
  },
};

/** Completes the beginning of an id (with or without `req_`) from the last requests. */
async function fullId(client: LocalClient, wanted: string): Promise<string> {
  if (wanted.length >= WHOLE_ID) return wanted;
  const { items } = await client.requests({ limit: MOST_REQUESTS });
  const found = items.filter(({ id }) => id.startsWith(wanted) || bare(id).startsWith(wanted));
  const [only] = found;
  if (only === undefined) return wanted;
  if (found.length === 1) return only.id;
  throw new CommandError(`${found.length} requests begin with ${wanted}: give more of the id`, {
    code: "ambiguous",
  });
}

/** `req_` and 22 letters. */
const WHOLE_ID = 26;
const SHOWN_ID = 8;

function bare(id: string): string {
  return id.slice(id.indexOf("_") + 1);
}

function filterOf(context: Context) {
  return Object.fromEntries(
    FILTERS.flatMap(({ name }) => {
      const value = context.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const HEAD = ["TIME", "ID", "AGENT", "MODEL", "KEY", "STATUS", "TOOK", "TOKENS"];

function rowOf(one: CallRecord, style: Style): readonly string[] {
  const last = one.attempts.at(-1);
  const paint = one.outcome === "ok" ? style.green : one.outcome === "cancelled" ? style.dim : style.red;
  const why = one.outcome === "ok" ? "" : ` ${one.failure ?? one.outcome}`;
  return [
    timeText(one.at),
    bare(one.id).slice(0, SHOWN_ID),
    one.agent,
    one.modelUsed ?? one.modelAsked,
    last?.name ?? "-",
    paint(`${one.status}${why}`),
    durationText(one.totalMs),
    one.usage === undefined ? "-" : String(one.usage.totalTokens),
  ];
}

function showRequest(one: RequestDetail, context: Context): void {
  const { out } = context;
  const asked = one.modelUsed === undefined || one.modelUsed === one.modelAsked
    ? one.modelAsked
    : `${one.modelAsked}, served by ${one.modelUsed}`;
  out.line(`${out.style.bold(one.id)}  ${timeText(one.at)}`);
  out.line(`outcome  ${one.status} ${one.outcome}${one.failure === undefined ? "" : `: ${one.failure}`}`);
  if (one.message !== undefined) out.line(`message  ${one.message}`);
  out.line(`model    ${asked}`);
  out.line(`asked    ${one.agent}, client ${one.client}, ${one.dialect} ${one.operation}`);
  out.line(`took     ${durationText(one.totalMs)}, of which ${durationText(one.queuedMs)} waiting`);
  if (one.usage !== undefined) {
    out.line(`tokens   ${one.usage.promptTokens} in, ${one.usage.candidatesTokens} out`);
  }
  for (const warning of one.warnings) out.line(`warning  ${warning}`);
  out.line();
  out.table(
    ["KEY", "MODEL", "STATUS", "TOOK", "NOTE"],
    one.attempts.map(({ name, model, status, failure, totalMs, note, message }) => [
      name,
      model,
      failure === undefined
        ? out.style.green(String(status ?? "-"))
        : out.style.red(`${status ?? ""} ${failure}`.trim()),
      durationText(totalMs),
      [message, note].filter((text) => text !== undefined && text !== "").join("; "),
    ]),
  );
  if (context.flag("bodies")) showBodies(one, context);
}

function showBodies({ bodies }: RequestDetail, { out }: Context): void {
  if (bodies === null) return out.line("\nIts bodies were not kept: set LOG_BODIES before the next one.");
  out.line(`\n${out.style.bold("Sent")} to ${bodies.path}`);
  out.verbatim(bodies.request.text);
  if (bodies.reply === undefined) return;
  out.line(`\n${out.style.bold("Answered")}`);
  out.verbatim(bodies.reply.text);
}

/** The time of day, with the date unless it is today. */
function timeText(at: string): string {
  const moment = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  if (moment.toDateString() === new Date().toDateString()) return time;
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${time}`;
}
