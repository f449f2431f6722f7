import { z } from "zod";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, globs, id, name } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const budget = z.strictObject({
  unit: z.enum(["tokens", "usd", "requests"]),
  limit: z.number().positive().max(1e15),
  period: z.enum(["daily", "weekly", "monthly", "total"]),
});

const clientBody = z.strictObject({
  name,
  allowModels: globs.optional(),
  requestsPerMinute: z.number().int().min(1).max(1e6).optional(),
  budget: budget.optional(),
  expiresAt: z.number().int().positive().max(Date.UTC(9999, 11, 31)).optional(),
});

const client = z.object({
  id: z.string(),
  name: z.string(),
  tail: z.string(),
  status: z.enum(["active", "expired", "revoked"]),
  allowModels: z.array(z.string()).optional(),
  requestsPerMinute: z.number().optional(),
  budget: budget.optional(),
  expiresAt: z.number().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  revoked: z.boolean(),
  usage: anything.nullable(),
});

export const clientEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/clients",
    id: "clients",
    tag: "Clients",
    summary: "Further client tokens with their limits and use",
    reply: z.array(client),
    handle: async ({ admin }) => ok(await admin.clients()),
  }),
  endpoint({
    method: "get",
    path: "/api/clients/me",
    id: "clientSelf",
    tag: "Clients",
    summary: "The client whose token this is, with its own use",
    access: "client",
    reply: client.partial(),
    handle: async ({ admin, client }) => {
      const own = (await admin.clients()).find((one) => one.id === client?.id);
      return ok(own ?? { id: client?.id, name: client?.name, status: "active" });
    },
  }),
  endpoint({
    method: "post",
    path: "/api/clients",
    id: "addClient",
    tag: "Clients",
    summary: "Make a client token; it is in this answer and never shown again",
    body: clientBody,
    reply: z.object({ client, token: z.string() }),
    errors: [422],
    handle: ({ admin }, { body }) => admin.addClient(definedOnly(body)),
  }),
  endpoint({
    method: "delete",
    path: "/api/clients/{id}",
    id: "revokeClient",
    tag: "Clients",
    summary: "Revoke a client token, by id or name",
    params: id,
    reply: client,
    errors: [404, 409],
    handle: ({ admin }, { params }) => admin.revokeClient(params.id),
  }),
];
