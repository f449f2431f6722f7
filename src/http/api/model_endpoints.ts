import { z } from "zod";
import type { CredentialId } from "../../core/mod.ts";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, models, name, source, updatedAt } from "./fields.ts";

const matrix = z.object({
  models: z.array(z.string()),
  rows: z.array(z.object({
    credential: z.string(),
    source,
    at: z.number().optional(),
    models: z.array(z.string()),
  })),
  entries: z.array(anything),
});

const refreshed = z.object({
  credential: z.string(),
  source: z.string(),
  ok: z.boolean(),
  models: z.number(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  reason: z.string().optional(),
});

const refreshBody = z.strictObject({ keys: z.array(z.string().max(200)).max(5_000).optional() });

const named = z.object({ name });
const alias = z.object({ name: z.string(), target: z.string(), updatedAt: z.number() });
const group = z.object({ name: z.string(), models: z.array(z.string()), updatedAt: z.number() });
const fallback = z.object({ model: z.string(), to: z.array(z.string()), updatedAt: z.number() });

export const modelEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/models",
    id: "models",
    tag: "Models",
    summary: "Which key has which model, and every model and alias with its limits",
    reply: matrix,
    handle: ({ admin }) => Promise.resolve(ok(admin.models())),
  }),
  ...(["/api/models", "/api/refresh-models"] as const).map((path) =>
    endpoint({
      method: "post",
      path,
      id: path === "/api/models" ? "refreshModels" : "refreshModelsAlias",
      tag: "Models",
      summary: "Ask the keys, or the named ones, for their models now",
      body: refreshBody,
      bodyOptional: true,
      reply: z.object({ success: z.literal(true), models: z.array(z.string()), results: z.array(refreshed) }),
      handle: async ({ admin, request }, { body }) => {
        const only = body.keys as readonly CredentialId[] | undefined;
        const results = await admin.refreshModels(request.signal, only);
        return ok({ success: true, models: admin.models().models, results });
      },
    })
  ),
  endpoint({
    method: "get",
    path: "/api/config-template",
    id: "configTemplate",
    tag: "Models",
    summary: "The ids of all models, as an agent's configuration lists them",
    reply: z.array(z.string()),
    handle: ({ admin }) => Promise.resolve(ok(admin.models().entries.map((entry) => entry.id))),
  }),
  endpoint({
    method: "get",
    path: "/api/aliases",
    id: "listAliases",
    tag: "Models",
    summary: "Every alias with the model it leads to",
    reply: z.array(alias.extend({ resolves: z.string().nullable() })),
    handle: async ({ admin }) => ok(await admin.aliases()),
  }),
  endpoint({
    method: "put",
    path: "/api/aliases/{name}",
    id: "putAlias",
    tag: "Models",
    summary: "Add or change an alias; circles are refused",
    params: named,
    body: z.strictObject({ target: name, updatedAt: updatedAt.optional() }),
    reply: alias,
    errors: [404, 409, 422],
    handle: ({ admin, expected }, { params, body }) =>
      admin.putAlias(params.name, body.target, expected ?? body.updatedAt),
  }),
  endpoint({
    method: "delete",
    path: "/api/aliases/{name}",
    id: "removeAlias",
    tag: "Models",
    summary: "Remove an alias",
    params: named,
    reply: z.object({ name: z.string() }),
    errors: [404],
    handle: ({ admin }, { params }) => admin.removeAlias(params.name),
  }),
  endpoint({
    method: "get",
    path: "/api/quota-groups",
    id: "listQuotaGroups",
    tag: "Models",
    summary: "Models that share limits and cooldowns",
    reply: z.array(group.extend({ updatedAt: z.number().nullable(), origin: z.enum(["set", "setting"]) })),
    handle: async ({ admin }) => ok(await admin.quotaGroups()),
  }),
  endpoint({
    method: "put",
    path: "/api/quota-groups/{name}",
    id: "putQuotaGroup",
    tag: "Models",
    summary: "Add or change a quota group",
    params: named,
    body: z.strictObject({ models, updatedAt: updatedAt.optional() }),
    reply: group,
    errors: [404, 409, 422],
    handle: ({ admin, expected }, { params, body }) =>
      admin.putQuotaGroup(params.name, body.models, expected ?? body.updatedAt),
  }),
  endpoint({
    method: "delete",
    path: "/api/quota-groups/{name}",
    id: "removeQuotaGroup",
    tag: "Models",
    summary: "Remove a quota group",
    params: named,
    reply: z.object({ name: z.string() }),
    errors: [404],
    handle: ({ admin }, { params }) => admin.removeQuotaGroup(params.name),
  }),
  endpoint({
    method: "get",
    path: "/api/fallbacks",
    id: "listFallbacks",
    tag: "Models",
    summary: "Models to use when another is out",
    reply: z.array(fallback),
    handle: async ({ admin }) => ok(await admin.fallbacks()),
  }),
  endpoint({
    method: "put",
    path: "/api/fallbacks/{name}",
    id: "putFallback",
    tag: "Models",
    summary: "Set the fallbacks of a model, in order",
    params: named,
    body: z.strictObject({ to: models, updatedAt: updatedAt.optional() }),
    reply: fallback,
    errors: [404, 409, 422],
    handle: ({ admin, expected }, { params, body }) =>
      admin.putFallback(params.name, body.to, expected ?? body.updatedAt),
  }),
  endpoint({
    method: "delete",
    path: "/api/fallbacks/{name}",
    id: "removeFallback",
    tag: "Models",
    summary: "Remove the fallbacks of a model",
    params: named,
    reply: z.object({ model: z.string() }),
    errors: [404],
    handle: ({ admin }, { params }) => admin.removeFallback(params.name),
  }),
];
