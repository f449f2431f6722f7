import { z } from "zod";
import { isoTime, name, seen, success, time, type Wire } from "./fields.ts";

const unit = z.enum(["requests", "tokens"]);
const period = z.enum(["hourly", "daily", "weekly", "monthly"]);
const action = z.enum(["try_next", "reject"]);

export const Cap = z.object({
  model: z.string(),
  limit: z.number(),
  unit,
  period,
  alertThreshold: z.number(),
  action,
  enabled: z.boolean(),
  updatedAt: time,
});
export type Cap = Wire<typeof Cap>;

export const Caps = z.object({ caps: z.array(Cap), resetTime: z.string(), timezone: z.string() });
export type Caps = Wire<typeof Caps>;

export const PutCap = z.strictObject({
  model: name.describe("A model, group:<name> or client:<id>"),
  limit: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  unit: unit.optional(),
  period: period.optional(),
  alertThreshold: z.number().min(0).max(100).optional(),
  action: action.optional(),
  enabled: z.boolean().optional(),
  lastReset: z.unknown().optional().describe("Taken for compatibility and not used"),
  updatedAt: seen.optional(),
});

export const PutCapReply = success.extend({ cap: Cap });

export const CapProgress = z.object({
  model: z.string(),
  current: z.number(),
  limit: z.number(),
  percentage: z.number(),
  alertThreshold: z.number(),
  atWarning: z.boolean(),
  atCap: z.boolean(),
  nextReset: isoTime,
  lastReset: isoTime.nullable(),
  unit,
  period,
  action,
  accounts: z.record(z.string(), z.number()).describe("By credential id"),
});
export type CapProgress = Wire<typeof CapProgress>;

export const CapSchedule = z.strictObject({
  resetTime: z.string().max(5).optional(),
  timezone: z.string().max(60).optional(),
});
export const CapScheduleReply = success.extend({ resetTime: z.string(), timezone: z.string() });
