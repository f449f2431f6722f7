import { z } from "zod";
import type { Outcome } from "../../admin/mod.ts";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, name } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const confirmed = z.boolean().default(false).describe("The user has read the warning about these sources");
const provider = z.enum(["antigravity", "gemini_cli", "gemini-cli"]).transform((one) =>
  one.replace("-", "_")
);

function missing(what: string): Outcome<never> {
  return {
    ok: false,
    error: { status: 503, code: "unavailable", message: `${what} is not available in this program` },
  };
}

const beginBody = z.strictObject({ returnTo: z.string().max(200).optional(), confirmed });
const manualBody = z.strictObject({
  provider,
  refreshToken: z.string().min(1).max(5_000).optional(),
  redirect: z.string().min(1).max(5_000).describe("The pasted address, or the code in it").optional(),
  email: z.string().max(300).optional(),
  confirmed,
});
const importBody = z.strictObject({
  provider: provider.optional(),
  text: z.string().max(1_000_000).optional(),
  confirmed,
});
const installBody = z.strictObject({
  agents: z.array(name).min(1, "no agents selected").max(50),
  scope: z.enum(["global", "project"]).default("global"),
  dryRun: z.boolean().default(false),
  autoStart: z.enum(["none", "launchd", "systemd"]).optional(),
  autoUpdate: z.boolean().optional(),
});

export const accountEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "post",
    path: "/api/keys/oauth/{provider}",
    id: "beginOAuth",
    tag: "Accounts",
    summary: "Begin a sign-in; open authUrl in a browser",
    params: z.object({ provider }),
    body: beginBody,
    bodyOptional: true,
    reply: z.object({ authUrl: z.string(), state: z.string() }),
    errors: [409, 422, 503],
    handle: async ({ oauth, request }, { params, body }) =>
      await oauth?.begin(params.provider, { request, ...definedOnly(body) }) ?? missing("Sign-in"),
  }),
  endpoint({
    method: "post",
    path: "/api/keys/oauth-manual",
    id: "manualOAuth",
    tag: "Accounts",
    summary: "Finish a sign-in with a pasted address, or add an account by its refresh token",
    body: manualBody,
    reply: anything,
    errors: [409, 422, 502, 503],
    handle: async ({ oauth }, { body }) => await oauth?.manual(definedOnly(body)) ?? missing("Sign-in"),
  }),
  ...(["/api/keys/import", "/api/keys/import-antigravity"] as const).map((path) =>
    endpoint({
      method: "post",
      path,
      id: path === "/api/keys/import" ? "importAccounts" : "importAntigravity",
      tag: "Accounts",
      summary: "Take over accounts that other programs on this machine are signed in to",
      body: importBody,
      bodyOptional: true,
      reply: anything,
      errors: [409, 422, 503],
      handle: async ({ oauth }, { body }) =>
        await oauth?.importExisting(definedOnly(body)) ?? missing("Sign-in"),
    })
  ),
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
