import { backText } from "../../core/mod.ts";
import type { BoardCell, QuotaBoard, SetLimit } from "../../management/contract.ts";
import { type Command, type Context, usageError } from "../command.ts";
import type { Output } from "../output.ts";
import { LIMIT_KINDS } from "../stats_view.ts";
import { plural } from "../style.ts";

export const limitList: Command = {
  name: "limit list",
  summary: "List Google's limits per model and project: what each is, who said so, what is used",
  usage: "[part]",
  examples: [
    { line: "geminitro limit list", says: "Of all models that were asked" },
    {
      line: "geminitro limit list flash",
      says: "Of models and projects with flash in their name",
    },
  ],
  options: [],
  takes: { least: 0, most: 1 },
  async run(context) {
    const client = await context.client();
    const [part = ""] = context.args;
    const [board, set] = await Promise.all([client.board({ q: part }), client.limits()]);
    const { out } = context;
    out.json({ cells: board.cells, set, left: board.left });
    const now = Date.now();
    out.table(
      ["FOR", "LIMIT", "ORIGIN", "USED", "LEFT", "RESETS"],
      board.cells.flatMap((cell) => cell.limits.map((limit) => row(cell, limit, board, now))),
    );
    if (board.cells.length === 0) out.line("Nothing was asked yet that has limits.");
    const left = [
      ...(board.left.models > 0 ? [plural(board.left.models, "more model")] : []),
      ...(board.left.projects > 0 ? [plural(board.left.projects, "more project")] : []),
    ];
    if (left.length > 0) out.line(`\n${left.join(", ")}: geminitro limit list <part of the name>`);
    if (set.length === 0) return;
    out.line("\nSet by hand");
    out.table(
      ["FOR", "RPM", "TPM", "RPD"],
      set.map((one) => [
        one.name,
        ...[one.requestsPerMinute, one.tokensPerMinute, one.requestsPerDay].map((number) =>
          number === null ? "-" : String(number)
        ),
      ]),
    );
  },
};

/** A row for a limit, under the name by which it is set; beside a project known only as a key, that key's name. */
function row(
  { limitName, model, project }: BoardCell,
  { kind, limit, published, origin, used, left, resetsAt }: BoardCell["limits"][number],
  { projects }: QuotaBoard,
  now: number,
): readonly string[] {
  const share = kind === "remaining_fraction";
  const title = projects.find(({ id }) => id === project)?.name;
  const known = limit ?? published?.limit;
  return [
    title === undefined || limitName === `${model}@${title}` ? limitName : `${limitName} (${title})`,
    share ? LIMIT_KINDS[kind] : `${known ?? "unknown"} ${LIMIT_KINDS[kind]}`,
    published === undefined ? origin : "published",
    String(used),
    left === undefined ? "-" : share ? `${Math.round(left * 100)}%` : String(left),
    resetsAt === undefined ? "-" : backText(Date.parse(resetsAt), now),
  ];
}

/** The value of an option that removes a number. */
const TAKE_AWAY = "none";

export const limitSet: Command = {
  name: "limit set",
  summary: "Set what is known of Google's limits by hand; what Google states later replaces it",
  usage: "<name>",
  examples: [
    { line: "geminitro limit set gemini-2.5-pro --rpd 100 --rpm 5", says: "In every project" },
    { line: "geminitro limit set gemini-2.5-pro@team-a --rpd 1500", says: "In one project" },
    {
      line: "geminitro limit set group:flash --rpd 250 --rpm none",
      says: `${TAKE_AWAY} takes one number away`,
    },
  ],
  options: [
    { name: "rpm", value: "<count>", summary: "Requests a minute" },
    { name: "tpm", value: "<count>", summary: "Tokens a minute" },
    { name: "rpd", value: "<count>", summary: "Requests a day" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const requestsPerMinute = numberOf(context, "rpm");
    const tokensPerMinute = numberOf(context, "tpm");
    const requestsPerDay = numberOf(context, "rpd");
    const change = {
      ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
      ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
      ...(requestsPerDay === undefined ? {} : { requestsPerDay }),
    };
    if (Object.keys(change).length === 0) throw usageError("Say at least one of --rpm, --tpm and --rpd");
    const set = await (await context.client()).putLimit(context.args[0] ?? "", change);
    context.out.json(set);
    showSet(set, context.out);
  },
};

function showSet({ name, requestsPerMinute, tokensPerMinute, requestsPerDay }: SetLimit, out: Output): void {
  const numbers = [
    [requestsPerMinute, LIMIT_KINDS.requests_per_minute],
    [tokensPerMinute, LIMIT_KINDS.tokens_per_minute],
    [requestsPerDay, LIMIT_KINDS.requests_per_day],
  ] as const;
  const known = numbers.filter(([number]) => number !== null).map(([number, kind]) => `${number} ${kind}`);
  out.line(`${name}: ${known.join(", ")}`);
}

/** A whole number, null for the word that removes it, undefined when the option is absent. */
function numberOf(context: Context, option: string): number | null | undefined {
  return context.text(option) === TAKE_AWAY ? null : context.number(option);
}

export const limitRemove: Command = {
  name: "limit remove",
  summary: "Forget the limits that were set by hand",
  usage: "<name>",
  examples: [
    { line: "geminitro limit remove gemini-2.5-pro", says: "What was learned from Google holds then" },
    { line: "geminitro limit remove gemini-2.5-pro@team-a", says: "In one project" },
  ],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeLimit(context.args[0] ?? "");
    context.out.json({ removed: removed.name });
    context.out.line(`Forgot the limits of ${removed.name} that were set by hand`);
  },
};
