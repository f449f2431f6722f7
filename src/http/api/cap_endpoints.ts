import { z } from "zod";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, name, success, updatedAt } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const unit = z.enum(["requests", "tokens"]);
const period = z.enum(["hourly", "daily", "weekly", "monthly"]);
const action = z.enum(["try_next", "reject"]);

const cap = z.object({
  model: z.string(),
  limit: z.number(),
  unit,
  period,
  alertThreshold: z.number(),
  action,
  enabled: z.boolean(),
  updatedAt: z.number(),
});

const capBody = z.strictObject({
  model: name.describe("A model, group:<name> or client:<id>"),
  limit: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  unit: unit.optional(),
  period: period.optional(),
  alertThreshold: z.number().min(0).max(100).optional(),
  action: action.optional(),
  enabled: z.boolean().optional(),
  lastReset: z.unknown().optional().describe("Taken for compatibility and not used"),
  updatedAt: updatedAt.optional(),
});

const progress = z.object({
  model: z.string(),
  current: z.number(),
  limit: z.number(),
  percentage: z.number(),
  alertThreshold: z.number(),
  atWarning: z.boolean(),
  atCap: z.boolean(),
  nextReset: z.string(),
  lastReset: z.string().nullable(),
  unit,
  period,
  action,
  accounts: z.record(z.string(), z.number()),
});

const model = z.object({ model: name });
const caps = z.object({ caps: z.array(cap), resetTime: z.string(), timezone: z.string() });
const schedule = z.strictObject({
  resetTime: z.string().max(5).optional(),
  timezone: z.string().max(60).optional(),
});

export const capEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/stats/caps",
    id: "caps",
    tag: "Caps",
    summary: "Every cap, with the time of day and the zone in which periods begin",
    reply: caps,
    handle: async ({ admin }) => ok(await admin.caps()),
  }),
  endpoint({
    method: "post",
    path: "/api/stats/caps",
    id: "putCap",
    tag: "Caps",
    summary: "Add a cap, or change the one of the same model",
    body: capBody,
    reply: success.extend({ cap }),
    errors: [409, 422],
    handle: async ({ admin, expected }, { body }) => {
      const { updatedAt, lastReset: _lastReset, ...input } = body;
      const put = await admin.putCap(definedOnly(input), expected ?? updatedAt);
      return put.ok ? ok({ success: true, cap: put.value }) : put;
    },
  }),
  endpoint({
    method: "get",
    path: "/api/stats/caps/progress",
    id: "capProgress",
    tag: "Caps",
    summary: "How far each enabled cap is used in its running period",
    reply: z.array(progress),
    handle: async ({ admin }) => ok(await admin.capProgress()),
  }),
  endpoint({
    method: "get",
    path: "/api/stats/caps/check/{model}",
    id: "capCheck",
    tag: "Caps",
    summary: "The cap that holds for a model; null without one",
    params: model,
    reply: progress.nullable(),
    handle: async ({ admin }, { params }) => ok(await admin.capCheck(params.model) ?? null),
  }),
  endpoint({
    method: "post",
    path: "/api/stats/caps/config",
    id: "setCapSchedule",
    tag: "Caps",
    summary: "Set when periods begin: HH:MM, and local or the name of a time zone",
    body: schedule,
    reply: success.extend({ resetTime: z.string(), timezone: z.string() }),
    errors: [422],
    handle: async ({ admin }, { body }) => {
      const set = await admin.setCapSchedule(definedOnly(body));
      return set.ok ? ok({ success: true, ...set.value }) : set;
    },
  }),
  endpoint({
    method: "delete",
    path: "/api/stats/caps/{model}",
    id: "removeCap",
    tag: "Caps",
    summary: "Remove a cap",
    params: model,
    reply: success.extend({ model: z.string() }),
    errors: [404],
    handle: async ({ admin }, { params }) => {
      const removed = await admin.removeCap(params.model);
      return removed.ok ? ok({ success: true, ...removed.value }) : removed;
    },
  }),
  endpoint({
    method: "get",
    path: "/api/buckets",
    id: "buckets",
    tag: "Caps",
    summary:
      "Project x model: limits, used, left, resets, origin and age of each number, forecast of exhaustion",
    reply: z.array(anything),
    handle: async ({ admin }) => ok(await admin.buckets()),
  }),
  endpoint({
    method: "get",
    path: "/api/pool",
    id: "pool",
    tag: "Caps",
    summary: "Queue, slots in use and cooldowns, and keys that seem to share a project",
    reply: anything,
    handle: ({ admin }) => {
      const { queue, credentials, suggestions } = admin.pool();
      return Promise.resolve(ok({ queue, credentials, suggestions }));
    },
  }),
];
