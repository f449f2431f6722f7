import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { redact, untilText } from "../../core/mod.ts";
import type { LocalClient } from "../../management/client.ts";
import type { ModelOverview } from "../../management/contract.ts";

/** The part of the management API that the tools read; none changes anything. */
export type McpSource = Pick<LocalClient, "overview" | "keyPage" | "requests" | "calls">;

export interface McpOptions {
  readonly version: string;
  /** Opens the API for each question, so that a server started or restarted later is found. */
  readonly source: () => Promise<McpSource>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const INSTRUCTIONS =
  `GemiNitro pools the user's Gemini API keys; this conversation's own model calls may go through it. Ask
which_model before work that needs many calls, quota_left to see how long the pool lasts, and last_failures when calls fail.
All tools only read.`;

/** Answers of a tool are short: an agent pays for every token. */
const MOST_MODELS = 40;
const MOST_KEYS = 100;
const MOST_FAILURES = 20;

type Found = Record<string, unknown>;

interface Tool {
  readonly title: string;
  readonly description: string;
  readonly inputSchema: z.ZodObject;
  readonly ask: (api: McpSource, input: unknown, now: number) => Promise<Found>;
}

function tool<Input extends z.ZodObject>(
  { answer, ...parts }: Omit<Tool, "ask" | "inputSchema"> & {
    readonly inputSchema: Input;
    readonly answer: (api: McpSource, input: z.infer<Input>, now: number) => Promise<Found>;
  },
): Tool {
  return { ...parts, ask: (api, input, now) => answer(api, parts.inputSchema.parse(input ?? {}), now) };
}

const quotaLeft = tool({
  title: "Quota left",
  description:
    "How much of each Gemini model's quota is left now and for the day, until when a model is out, and when it runs out at the present rate.",
  inputSchema: z.object({ model: z.string().max(200).describe("Only this model").optional() }),
  async answer(api, { model }, now) {
    const { verdict, models } = await api.overview();
    const wanted = models.filter((one) => model === undefined || one.model === model);
    return {
      verdict: verdict.message,
      models: wanted.slice(0, MOST_MODELS).map((one) => quotaOf(one, now)),
      ...(model !== undefined && wanted.length === 0
        ? { note: `${model} was not asked yet or is not served: nothing is known of its quota` }
        : {}),
    };
  },
});

const whichModel = tool({
  title: "Which model to use now",
  description:
    "Orders models by whether the pool serves them now and how much is left. Give the models that would do, best first; without any, all known ones are ordered.",
  inputSchema: z.object({
    candidates: z.array(z.string().max(200)).max(20).describe("Models that would do, best first").optional(),
    calls: z.number().int().min(1).max(100_000).describe("About how many calls are planned").optional(),
  }),
  async answer(api, { candidates, calls = 1 }, now) {
    const { verdict, models } = await api.overview();
    const ranked = rank(models, candidates, calls);
    const [first] = ranked;
    return {
      use: first !== undefined && first.serves ? first.model : null,
      verdict: verdict.message,
      order: ranked.slice(0, MOST_MODELS).map(({ model, serves, enough, overview }) => ({
        model,
        serves,
        enoughForPlan: enough,
        ...(overview === undefined ? { note: "not asked yet" } : quotaOf(overview, now)),
      })),
    };
  },
});

const keysState = tool({
  title: "State of the keys",
  description:
    "Which keys and accounts serve, which rest and until when, which are dead and why. No secrets.",
  inputSchema: z.object({}),
  async answer(api) {
    const [{ keys: counts }, { items: keys }] = await Promise.all([
      api.overview(),
      api.keyPage({ order: "worst", limit: MOST_KEYS }),
    ]);
    return {
      counts,
      keys: keys.map((
        { label, tail, status, reason, cooldownUntil, source, tier, project },
      ) => ({
        name: label === "" ? tail : label,
        source,
        tier,
        status,
        ...(project === null ? {} : { project }),
        ...(reason === null ? {} : { reason }),
        ...(cooldownUntil === null ? {} : { until: isoOf(cooldownUntil) }),
      })),
    };
  },
});

const lastFailures = tool({
  title: "Last failures",
  description:
    "The last calls that failed or were refused, with model, status and Google's or the pool's reason.",
  inputSchema: z.object({
    limit: z.number().int().min(1).max(MOST_FAILURES).describe("At most this many; default 10").optional(),
  }),
  async answer(api, { limit = 10 }) {
    const pages = await Promise.all(["4xx", "5xx"].map((status) => api.requests({ status, limit })));
    const failures = pages.flatMap(({ items }) => items).filter(({ outcome }) => outcome !== "cancelled")
      .sort((a, b) => new Date(b.at).getTime() - new Date(a.at).getTime());
    return {
      failures: failures.slice(0, limit).map((one) => ({
        at: isoOf(one.at),
        model: one.modelAsked,
        agent: one.agent,
        dialect: one.dialect,
        status: one.status,
        outcome: one.outcome,
        reason: one.failure ?? "unknown",
        ...(one.message === undefined ? {} : { message: one.message }),
        attempts: one.attempts.length,
      })),
    };
  },
});

const callsNow = tool({
  title: "Calls in flight and waiting",
  description: "Calls that are being served or wait for quota right now, and what the waiting ones wait for.",
  inputSchema: z.object({}),
  async answer(api) {
    const { items } = await api.calls();
    return {
      calls: items.slice(0, MOST_KEYS).map(({ agent, model, state, ageMs, waiting }) => ({
        agent,
        model,
        state,
        seconds: Math.round(ageMs / 100) / 10,
        ...(waiting === null ? {} : { waitsFor: waiting.message, until: waiting.until }),
      })),
    };
  },
});

/** An MCP server whose tools let an agent ask about the pool that it runs on. */
export function createMcpServer(options: McpOptions): McpServer {
  const server = new McpServer({ name: "geminitro", version: options.version }, {
    instructions: INSTRUCTIONS,
  });
  register(server, options, "quota_left", quotaLeft);
  register(server, options, "which_model", whichModel);
  register(server, options, "keys_state", keysState);
  register(server, options, "last_failures", lastFailures);
  register(server, options, "calls_now", callsNow);
  return server;
}

function register(
  server: McpServer,
  { source, now }: McpOptions,
  name: string,
  { ask, ...parts }: Tool,
): void {
  const annotations = { readOnlyHint: true, openWorldHint: false };
  server.registerTool(name, { ...parts, annotations }, async (input) => {
    try {
      const found = await ask(await source(), input, now());
      return { content: [{ type: "text", text: JSON.stringify(found) }], structuredContent: found };
    } catch (cause) {
      const text = redact(cause instanceof Error ? cause.message : String(cause));
      return { content: [{ type: "text", text }], isError: true };
    }
  });
}

function isoOf(time: number | string): string {
  return new Date(time).toISOString();
}

function quotaOf(
  { model, state, reason, until, day, minute, exhaustedAt, fallback, perMinute }: ModelOverview,
  now: number,
) {
  return {
    model,
    state,
    ...(reason === null ? {} : { reason }),
    ...(until === null ? {} : { until, untilInWords: untilText(Date.parse(until), now) }),
    leftToday: day?.left ?? null,
    limitToday: day?.limit ?? null,
    ...(day?.resetsAt == null ? {} : { dayResetsAt: day.resetsAt }),
    leftThisMinute: minute?.left ?? null,
    callsPerMinute: perMinute,
    ...(exhaustedAt === null ? {} : { runsOutAt: exhaustedAt }),
    ...(fallback === null ? {} : { answeredBy: fallback }),
  };
}

interface Ranked {
  readonly model: string;
  readonly overview: ModelOverview | undefined;
  /** Served at once or after a short wait. */
  readonly serves: boolean;
  /** False when less of the daily limit is known to be left than is planned. */
  readonly enough: boolean;
}

/**
 * Sorts models: those that serve and have enough left, then those that serve; within each by the caller's order,
 * or by the rest.
 */
function rank(
  models: readonly ModelOverview[],
  candidates: readonly string[] | undefined,
  calls: number,
): readonly Ranked[] {
  const known = new Map(models.map((one) => [one.model, one]));
  const names = candidates ?? [...models].sort((a, b) => leftOf(b) - leftOf(a)).map(({ model }) => model);
  const judged = names.map((model): Ranked => {
    const overview = known.get(model);
    const serves = overview === undefined || overview.state === "open" || overview.state === "busy";
    const left = overview?.day?.left ?? null;
    return { model, overview, serves, enough: left === null || left >= calls };
  });
  const grade = ({ serves, enough }: Ranked) => serves ? enough ? 0 : 1 : 2;
  return judged.map((one, index) => ({ one, index }))
    .sort((a, b) => grade(a.one) - grade(b.one) || a.index - b.index).map(({ one }) => one);
}

function leftOf({ day }: ModelOverview): number {
  return day?.left ?? Infinity;
}
