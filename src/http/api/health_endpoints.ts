import { z } from "zod";
import { ok } from "../../core/mod.ts";
import { Verdict } from "../../management/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const queue = z.object({ length: z.number(), oldestMs: z.number(), expectedWaitMs: z.number() });

const health = z.object({
  status: Verdict.shape.status,
  version: z.string(),
  uptime: z.number().describe("Seconds"),
  keys: z.object({
    total: z.number(),
    active: z.number(),
    cooldown: z.number(),
    disabled: z.number(),
    dead: z.number(),
    minCooldown: z.number().describe("Seconds until the first cooling key serves again; 0 when none cools"),
    cooldownKeys: z.array(z.object({ tail: z.string(), remaining: z.number() })).optional()
      .describe("For the owner alone"),
  }),
  models: z.number(),
  queue,
  message: Verdict.shape.message,
  out: Verdict.shape.out,
});

export const healthEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/health",
    id: "health",
    tag: "Health",
    summary: "State of the proxy; tails of keys only with the owner's token",
    access: "open",
    reply: health,
    handle: async ({ admin, client }) => ok(await admin.health(client?.owner === true)),
  }),
  endpoint({
    method: "get",
    path: "/api/health/live",
    id: "live",
    tag: "Health",
    summary: "Answers while the process runs",
    access: "open",
    reply: z.object({ status: z.literal("ok") }),
    handle: () => Promise.resolve(ok({ status: "ok" })),
  }),
  endpoint({
    method: "get",
    path: "/api/health/ready",
    id: "ready",
    tag: "Health",
    summary: "200 when the database answers, else 503",
    access: "open",
    reply: z.object({ status: z.literal("ready") }),
    errors: [503],
    handle: async ({ admin }) => {
      await admin.caps();
      return ok({ status: "ready" });
    },
  }),
];
