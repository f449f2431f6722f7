import { z } from "zod";
import { count, isoTime, page, publishedLimit, source, time, type Wire, word } from "./fields.ts";

const kind = z.enum(["requests_per_minute", "tokens_per_minute", "requests_per_day", "remaining_fraction"]);

/** Project x model with its known limits. */
export const Bucket = z.object({
  id: z.string(),
  project: z.string(),
  projectKind: z.enum(["told", "measured", "key"]).describe(
    "How the project is known: told by the user, read from an error, or only the key itself",
  ),
  model: z.string(),
  source,
  credentials: z.array(z.string()),
  coolingUntil: time.optional(),
  coolingSince: time.optional(),
  coolingReason: z.string().optional(),
  limits: z.array(z.object({
    kind,
    limit: z.number().optional().describe("Absent while unknown: unknown is not zero"),
    used: z.number(),
    left: z.number().optional(),
    resetsAt: time.optional(),
    origin: z.enum(["measured", "header", "learned", "set", "unknown"]),
    asOf: time.optional(),
    ageMs: z.number().nullable().describe("Since the number was last confirmed"),
    forecast: z.object({
      perMinute: z.number().describe("Over the last ten minutes"),
      exhaustedAt: isoTime.nullable().describe(
        "Null when it resets before, is used up already, or nothing is used",
      ),
    }),
  })),
});
export type Bucket = Wire<typeof Bucket>;

const wholeLimit = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().optional();

/** Limits of Google's that the user set by hand; null removes one. */
export const PutLimit = z.strictObject({
  requestsPerMinute: wholeLimit,
  tokensPerMinute: wholeLimit,
  requestsPerDay: wholeLimit,
});
export const SetLimit = z.object({
  name: z.string().describe("A model, group:<name>, * for all, or one of them at one project: model@project"),
  requestsPerMinute: z.number().nullable(),
  tokensPerMinute: z.number().nullable(),
  requestsPerDay: z.number().nullable(),
  setAt: isoTime.nullable(),
});
export type SetLimit = Wire<typeof SetLimit>;

/** The known facts of one limit of a cell. */
const boardLimit = z.object({
  kind,
  used: z.number(),
  limit: z.number().optional().describe("Absent while unknown: unknown is not zero"),
  left: z.number().optional(),
  resetsAt: isoTime.optional(),
  origin: z.enum(["measured", "header", "learned", "set", "unknown"]),
  asOf: isoTime.optional(),
  published: publishedLimit.optional().describe("What is published while the limit is not known"),
  exhaustedAt: isoTime.nullable().describe(
    "When it is used up at the present rate; null when it resets before",
  ),
});

/** One model in one project. */
export const BoardCell = z.object({
  bucket: z.string(),
  project: z.string().describe("Id of the project in this reply"),
  model: z.string().describe("A model, or group:<name>"),
  limitName: z.string().describe("The name for PUT /api/limits/{name}"),
  state: z.enum(["open", "busy", "out", "unavailable"]),
  reason: z.string().nullable(),
  why: z.string().nullable().describe("The reason in words"),
  until: isoTime.nullable(),
  since: isoTime.nullable().describe(
    "When it was closed; null when it is open, or was not closed by a refusal",
  ),
  said: z.string().nullable().describe("What Google said"),
  keys: z.object({ able: count, total: count }),
  limits: z.array(boardLimit).describe("Those that are known or were used"),
});
export type BoardCell = Wire<typeof BoardCell>;

/** Models by projects, as far as they were called. */
export const QuotaBoard = z.object({
  at: isoTime,
  projects: z.array(z.object({
    id: z.string(),
    name: z.string(),
    source,
    kind: z.enum(["told", "measured", "key"]),
    keys: z.array(z.object({ id: z.string(), name: z.string() })).describe("At most 20"),
    keyCount: count,
  })),
  models: z.array(z.object({ id: z.string(), members: z.array(z.string()) })),
  cells: z.array(BoardCell),
  left: z.object({ models: count, projects: count }).describe("Left off: a filter finds them"),
  idle: z.array(z.string()).describe("Models that are served and were not asked, at most 100"),
  limits: z.array(SetLimit).describe("What was set by hand for what is shown"),
});
export type QuotaBoard = Wire<typeof QuotaBoard>;
export const BoardQuery = z.strictObject({
  q: z.string().max(200).optional().describe("Part of a model's or project's name"),
});

export const BucketsQuery = z.strictObject({ ...page, model: word });

export const PoolStatus = z.object({
  total: count,
  active: count,
  cooldown: count,
  disabled: count,
  dead: count,
  minCooldown: z.number().describe("Seconds until the first cooling key serves again; 0 when none cools"),
  cooldownKeys: z.array(z.object({ tail: z.string(), remaining: z.number() })),
});
export type PoolStatus = Wire<typeof PoolStatus>;

export const ModelLeft = z.object({
  model: z.string(),
  kind: kind.nullable(),
  left: z.number().nullable().describe("Sum over the projects whose limit is known; null while none is"),
  limit: z.number().nullable(),
  knownProjects: count,
  unknownProjects: count,
  coolingProjects: count,
  resetsAt: isoTime.nullable(),
});
export type ModelLeft = Wire<typeof ModelLeft>;

export const QuotaSummary = z.object({
  quotas: z.array(z.object({
    model: z.string(),
    current: z.number(),
    limit: z.number(),
    percentage: z.number(),
    atWarning: z.boolean(),
    atCap: z.boolean(),
    resetTime: isoTime,
    resetIn: z.number().describe("Seconds"),
    resetInFormatted: z.string(),
    accounts: z.object({ apiKeys: count, oauth: count, total: count }),
  })),
  poolStatus: PoolStatus,
  models: z.array(ModelLeft),
});
export type QuotaSummary = Wire<typeof QuotaSummary>;

export const Pool = z.object({
  queue: z.object({ length: count, oldestMs: z.number(), expectedWaitMs: z.number() }),
  credentials: z.array(z.object({
    id: z.string(),
    inFlight: count,
    slots: count,
    lastUsed: time.optional(),
    requests: count,
    errors: count,
    cooldowns: z.array(
      z.object({ scope: z.string(), kind: z.string(), until: time, reason: z.string(), fact: z.boolean() }),
    ),
  })),
  suggestions: z.array(
    z.object({ credentials: z.array(z.string()), evidence: z.string(), confidence: z.number() }),
  ),
});
export type Pool = Wire<typeof Pool>;
