import { z } from "zod";
import { publishedLimit, type Wire } from "./fields.ts";

const count = z.number().int().min(0);
const time = z.iso.datetime();
const limitLeft = z.object({
  used: z.number().describe(
    "Of the limit, whoever used it: all of it where Google says that nothing is left",
  ),
  limit: z.number().nullable().describe("Sum over the projects whose limit is known; null while none is"),
  left: z.number().nullable(),
  resetsAt: time.nullable().describe("The first reset"),
  unknownProjects: count.describe("Projects whose limit is not known: they may serve more"),
  published: publishedLimit.extend({ left: z.number().describe("Of it, after what was used there") })
    .nullable().describe(
      "What is published for all of those together, not confirmed; null where nothing is for some of them",
    ),
});

/** The state of one model. */
export const ModelOverview = z.object({
  model: z.string(),
  state: z.enum(["open", "busy", "out", "unavailable"]).describe(
    "open: served at once; busy: served after a wait; out: refused until the time given; unavailable: Google offers it to none of the keys",
  ),
  reason: z.string().nullable().describe(
    "What is in the way: minute, day, cooling, capped, full, dead, ...",
  ),
  until: time.nullable().describe("When it is served again; null when it is now, or when nobody knows"),
  fallback: z.string().nullable().describe("The model that answers in its place while it is out"),
  keys: z.object({ able: count, total: count }).describe(
    "Keys that could take a call now, of those that have it",
  ),
  projects: z.object({ open: count, total: count }).nullable().describe(
    "Projects whose quota is not closed and that have a key that is neither off nor dead, of those that have it; null before it was asked",
  ),
  day: limitLeft.nullable().describe("Requests of the day; null before it was asked"),
  minute: limitLeft.nullable().describe("Requests of the minute"),
  perMinute: z.number().describe("Requests a minute over the last ten minutes"),
  exhaustedAt: time.nullable().describe("When the day is used up at this rate; null when it resets before"),
  running: count,
  waiting: count,
});
export type ModelOverview = Wire<typeof ModelOverview>;

export const Verdict = z.object({
  status: z.enum(["ok", "degraded", "exhausted", "empty"]).describe(
    "ok: every model is served; degraded: some are not; exhausted: none is; empty: there is no key",
  ),
  message: z.string().describe("One sentence for people; times in the zone of the machine"),
  until: time.nullable().describe("When the first model that is out is served again"),
  out: z.array(z.object({
    model: z.string(),
    reason: z.string(),
    why: z.string().describe("The reason in words"),
    until: time.nullable(),
  })),
});
export type Verdict = Wire<typeof Verdict>;

/** Counts of a named span. */
export const SpanFigures = z.object({
  from: time,
  to: time,
  requests: count.describe("ok + failed + cancelled"),
  ok: count,
  failed: count,
  cancelled: count.describe("Clients that left: neither answered nor failed"),
  refused: count.describe("Refused before they became calls; not in requests"),
  failureRate: z.number().nullable().describe("failed / (ok + failed); null without either"),
  tokens: count,
});
export type SpanFigures = Wire<typeof SpanFigures>;

export const Problem = z.object({
  severity: z.enum(["error", "warning"]),
  kind: z.string().describe(
    "data_lost, no_keys, no_usable_key, model_out, key_dead, cap_reached, cap_near, waiting",
  ),
  subject: z.string().describe("The model, key or cap it is about"),
  message: z.string(),
  until: time.nullable(),
  link: z.string().nullable().describe("Where Google says more"),
});
export type Problem = Wire<typeof Problem>;

/** The state of the proxy as every screen shows it: made by one function, so that no two can disagree. */
export const Overview = z.object({
  at: time,
  version: z.string(),
  startedAt: time,
  verdict: Verdict,
  models: z.array(ModelOverview).describe(
    "Those that are out, were asked, or have a known limit; worst first",
  ),
  otherModels: count.describe("Models that are served and were not asked"),
  keys: z.object({
    total: count,
    active: count,
    cooldown: count,
    disabled: count,
    dead: count,
    nextAt: time.nullable().describe("When the first cooling key serves again"),
  }),
  calls: z.object({
    running: count,
    waiting: count,
    oldestWaitMs: z.number(),
    expectedWaitMs: z.number(),
  }),
  minute: SpanFigures.describe("The last whole minute"),
  hour: SpanFigures.describe("The last sixty minutes"),
  today: SpanFigures.describe("This UTC day"),
  failures: z.array(z.object({ reason: z.string(), requests: count, share: z.number() }))
    .describe("What calls of the last sixty minutes failed with; share of all that were answered or failed"),
  problems: z.array(Problem),
});
export type Overview = Wire<typeof Overview>;
