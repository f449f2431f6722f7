import { z } from "zod";
import type { Outcome } from "../../admin/mod.ts";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, name } from "./fields.ts";

function missing(what: string): Outcome<never> {
  return {
    ok: false,
    error: { status: 503, code: "unavailable", message: `${what} is not available in this program` },
  };
}

const installBody = z.strictObject({
  agents: z.array(name).min(1, "no agents selected").max(50),
  scope: z.enum(["global", "project"]).default("global"),
  dryRun: z.boolean().default(false),
  autoStart: z.enum(["none", "launchd", "systemd"]).optional(),
  autoUpdate: z.boolean().optional(),
});

/** Coding agents on this machine, and what is missing for a first answer. */
export const agentEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/agents",
    id: "agents",
    tag: "Agents",
    summary: "Coding agents found on this machine",
    reply: z.array(anything),
    handle: async ({ agents }) => ok(await agents?.list() ?? []),
  }),
  endpoint({
    method: "post",
    path: "/api/agents/install",
    id: "installAgents",
    tag: "Agents",
    summary: "Register the proxy with agents; dryRun tells what would be written",
    body: installBody,
    reply: anything,
    errors: [422, 503],
    handle: async ({ agents }, { body }) => {
      const { agents: ids, scope, dryRun } = body;
      return await agents?.install({ agents: ids, scope, dryRun }) ?? missing("Agent installation");
    },
  }),
  endpoint({
    method: "get",
    path: "/api/setup-state",
    id: "setupState",
    tag: "Settings",
    summary: "What is still missing for a first answer",
    reply: anything,
    handle: async ({ admin, agents }) => {
      const [state, found] = await Promise.all([admin.setupState(), agents?.list() ?? []]);
      return ok({ ...state, hasAgents: found.length > 0, agents: found });
    },
  }),
];
