import { z } from "zod";
import { CALL_KINDS } from "../../core/mod.ts";
import {
  count,
  document,
  failureClass,
  moment,
  page,
  pageOf,
  source,
  time,
  type Wire,
  word,
} from "./fields.ts";

const percentiles = z.object({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});

/** Figures of one span and one value. */
export const Figures = z.object({
  requests: count.describe("Calls: success + errors + cancelled"),
  success: count,
  errors: count,
  cancelled: count.describe("Clients that left: neither answered nor failed"),
  refused: count.describe("Requests refused before they became calls; not in requests"),
  errorRate: z.number().describe("errors / (success + errors), 0..1"),
  tokens: z.object({
    input: z.number(),
    cached: z.number(),
    output: z.number(),
    thinking: z.number(),
    total: z.number(),
  }),
  latency: percentiles.describe("Milliseconds of successful calls; null without any"),
  firstToken: percentiles,
  cost: z.number().describe(
    "US dollars by the price table, as if every call were paid for: at least so much where unpriced is not 0",
  ),
  unpriced: count.describe("Calls of models whose price is not known: they are not in cost"),
});
export type Figures = Wire<typeof Figures>;
const figuresBy = z.record(z.string(), Figures);

/** The original program's names, with tokens, latency and cost; `keyUsage` is by credential id. */
export const Stats = z.object({
  totalRequests: count,
  totalSuccess: count,
  totalErrors: count,
  daily: z.record(z.string(), Figures).describe("By UTC day, YYYY-MM-DD"),
  models: z.record(z.string(), count),
  keyUsage: z.record(z.string(), z.object({ requests: count, errors: count })),
  modelStats: figuresBy,
  agents: figuresBy,
  clients: figuresBy,
  projects: figuresBy,
  classes: z.record(z.string(), count),
  totals: Figures,
  today: Figures,
  pricesAsOf: z.string(),
});
export type Stats = Wire<typeof Stats>;

export const UnifiedModel = Figures.extend({
  totalRequests: count,
  accountTypes: z.record(z.string(), count),
  timestamps: z.array(z.number()).describe(
    "Starts of the hours or days in which calls ended, epoch milliseconds",
  ),
  accounts: z.record(z.string(), z.object({ type: z.string(), requests: count, errors: count })),
});
export type UnifiedModel = Wire<typeof UnifiedModel>;
export const UnifiedQuery = z.strictObject({ since: moment.optional(), model: word });

export const SeriesQuery = z.strictObject({
  grain: z.enum(["minute", "hour", "day"]).default("hour"),
  by: z.enum(["total", "model", "key", "project", "client", "agent", "class", "bucket"]).default("total"),
  since: moment.optional(),
  until: moment.optional(),
});
export const SeriesPoint = z.object({ time: time.describe("Start of the period"), values: figuresBy });
export type SeriesPoint = Wire<typeof SeriesPoint>;

export const Flow = Figures.extend({
  client: z.string(),
  model: z.string(),
  source: z.string(),
  credential: z.string(),
  project: z.string(),
});
export type Flow = Wire<typeof Flow>;

const filter = {
  since: moment.optional(),
  until: moment.optional(),
  model: word,
  key: word.describe("Id, label or tail of a key"),
  client: word,
  agent: word.describe("Beginning of the agent's name"),
  class: failureClass.optional(),
  status: z.string().regex(/^[1-5](\d\d|xx)$/i, "give 429 or 4xx").optional(),
  text: word.describe("Part of an error message"),
  session: word.describe("Calls of one conversation"),
  is: z.enum(CALL_KINDS).optional().describe(
    "failed; refused before they became calls; left by their clients; slow: 30 seconds and more; retried",
  ),
};
export const TotalsQuery = z.strictObject(filter);
export const RequestsQuery = z.strictObject({
  ...filter,
  ...page,
});

const usage = z.object({
  promptTokens: z.number(),
  cachedTokens: z.number(),
  candidatesTokens: z.number(),
  thoughtsTokens: z.number(),
  toolUseTokens: z.number(),
  totalTokens: z.number(),
  promptDetails: z.record(z.string(), z.number()).optional(),
  candidatesDetails: z.record(z.string(), z.number()).optional(),
  serviceTier: z.string().optional(),
});

/** One try on one key. */
export const Attempt = z.object({
  credential: z.string(),
  source,
  name: z.string().describe("Label or tail"),
  model: z.string(),
  bucket: z.string(),
  startedAt: time,
  queuedMs: z.number(),
  connectMs: z.number().optional(),
  firstTokenMs: z.number().optional(),
  totalMs: z.number(),
  status: z.number().optional(),
  failure: z.string().optional(),
  message: z.string().optional(),
  note: z.string().optional().describe("Why this key was chosen, and what its failure changed"),
});

/** One client request. */
export const CallRecord = z.object({
  id: z.string(),
  at: time,
  dialect: z.string(),
  operation: z.string(),
  stream: z.boolean(),
  modelAsked: z.string(),
  modelUsed: z.string().optional(),
  client: z.string(),
  agent: z.string(),
  session: z.string(),
  status: z.number(),
  outcome: z.enum(["ok", "failed", "cancelled", "refused"]),
  failure: z.string().optional(),
  message: z.string().optional(),
  finish: z.string().optional(),
  queuedMs: z.number(),
  firstTokenMs: z.number().optional(),
  totalMs: z.number(),
  requestBytes: z.number(),
  usage: usage.optional(),
  warnings: z.array(z.string()),
  attempts: z.array(Attempt),
  cost: z.number().nullable().describe(
    "US dollars by the price table; null where the price of the model is not known",
  ),
});
export type CallRecord = Wire<typeof CallRecord>;

export const Requests = pageOf(CallRecord);
export type Requests = Wire<typeof Requests>;

export const RequestTotals = Figures.extend({
  complete: z.boolean().describe("False when there are more than were looked at: the sums are of the newest"),
  oldest: time.nullable().describe("Start of the oldest record counted"),
  kinds: z.object({ failed: count, refused: count, left: count, slow: count, retried: count }).describe(
    "How many of each kind the other filters leave",
  ),
  histogram: z.array(z.object({
    time: time.describe("Start"),
    ms: count.describe("Length"),
    ok: count,
    failed: count,
    cancelled: count,
    refused: count,
  })).describe("The calls over time, in at most 60 steps, oldest first"),
});
export type RequestTotals = Wire<typeof RequestTotals>;

export const PathsQuery = z.strictObject({ since: moment.optional(), until: moment.optional() });
export const CallPaths = z.object({
  paths: z.array(z.object({
    agent: z.string(),
    model: z.string(),
    project: z.string().nullable().describe("Null while it is not known, and for calls that were not sent"),
    key: z.string().nullable().describe(
      "Id of the last key that was asked; null for calls that were not sent",
    ),
    name: z.string().nullable().describe("Its label or tail"),
    ok: count,
    failed: count,
    cancelled: count,
    refused: count,
  })).describe("The most frequent first"),
  complete: z.boolean().describe(
    "False when there are more calls than were looked at, or more ways than are kept",
  ),
});
export type CallPaths = Wire<typeof CallPaths>;

const keptText = z.object({ text: z.string(), whole: z.boolean() });
export const RequestDetail = CallRecord.extend({
  bodies: z.object({ path: z.string(), request: keptText, reply: keptText.optional() }).nullable(),
});
export type RequestDetail = Wire<typeof RequestDetail>;

export const Replay = z.strictObject({
  key: z.string().min(1).max(300).optional().describe("Id of a key, or its last characters"),
  model: z.string().min(1).max(200).optional(),
});
export const Replayed = z.object({
  id: z.string().nullable(),
  status: z.number(),
  contentType: z.string().nullable(),
  body: z.string(),
  whole: z.boolean(),
});
export type Replayed = Wire<typeof Replayed>;

const level = z.enum(["debug", "info", "warn", "error"]);
export const LogsQuery = z.strictObject({
  limit: page.limit.default(200),
  level: level.optional(),
  kind: word,
  text: word,
  before: moment.optional(),
});
export const LogLine = z.object({
  at: time,
  level,
  kind: z.string(),
  message: z.string(),
  fields: document.optional(),
});
export type LogLine = Wire<typeof LogLine>;
