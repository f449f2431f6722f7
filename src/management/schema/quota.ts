import { z } from "zod";
import { count, isoTime, source, time, type Wire } from "./fields.ts";

const kind = z.enum(["requests_per_minute", "tokens_per_minute", "requests_per_day", "remaining_fraction"]);

/** Project x model: what is known of its limits. */
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
