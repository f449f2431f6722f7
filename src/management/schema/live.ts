import { z } from "zod";
import { count, type Wire } from "./fields.ts";
import { Verdict } from "./overview.ts";
import { PoolStatus } from "./quota.ts";

export const Health = z.object({
  status: Verdict.shape.status,
  version: z.string(),
  uptime: z.number().describe("Seconds"),
  keys: PoolStatus.omit({ cooldownKeys: true }).extend({
    cooldownKeys: PoolStatus.shape.cooldownKeys.optional().describe("For the owner alone"),
  }),
  models: count,
  queue: z.object({ length: count, oldestMs: z.number(), expectedWaitMs: z.number() }),
  message: Verdict.shape.message,
  out: Verdict.shape.out,
});
export type Health = Wire<typeof Health>;

export const EventsQuery = z.strictObject({
  events: z.string().max(500).describe("Names separated by commas; all without it").optional(),
  lastEventId: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
