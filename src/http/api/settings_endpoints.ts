import { z } from "zod";
import type { CredentialId, JsonObject } from "../../core/mod.ts";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, globs, name, success, updatedAt } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const price = z.strictObject({
  input: z.number().min(0),
  cached: z.number().min(0),
  output: z.number().min(0),
  long: z.strictObject({
    above: z.number().int().positive(),
    input: z.number().min(0),
    cached: z.number().min(0),
    output: z.number().min(0),
  }).optional(),
});

const settingsBody = z.strictObject({
  autoUpdate: z.boolean().optional(),
  modelRules: z.strictObject({ allowModels: globs.optional(), denyModels: globs.optional() }).optional(),
  prices: z.record(name, price).describe("US dollars for a million tokens, by model or beginning*")
    .optional(),
  proxyApiKey: z.string().max(200).describe("A new owner's key: it holds at once, and is written to .env")
    .optional(),
  updatedAt: updatedAt.optional(),
});

const preferenceValue = z.union([
  z.string().max(2_000),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(200)).max(200),
]);
const preferencesBody = z.record(
  z.string().regex(/^[a-zA-Z][\w-]{0,60}$/, "names are letters, digits, - and _"),
  preferenceValue,
)
  .refine((body) => Object.keys(body).length <= 100, "at most 100 preferences");

export const settingsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/settings",
    id: "settings",
    tag: "Settings",
    summary: "What holds now; secrets are told as set or not set",
    reply: anything,
    handle: async ({ admin }) => ok(await admin.settings()),
  }),
  endpoint({
    method: "post",
    path: "/api/settings",
    id: "changeSettings",
    tag: "Settings",
    summary: "Change what can be changed while the server runs",
    body: settingsBody,
    reply: success.catchall(z.unknown()),
    errors: [409, 422],
    handle: async ({ admin, expected }, { body }) => {
      const { updatedAt, ...change } = body;
      // Prices are plain numbers, and so JSON.
      const changed = await admin.changeSettings(
        definedOnly(change) as Parameters<typeof admin.changeSettings>[0],
        expected ?? updatedAt,
      );
      return changed.ok ? ok({ success: true, ...changed.value }) : changed;
    },
  }),
  endpoint({
    method: "get",
    path: "/api/preferences",
    id: "preferences",
    tag: "Settings",
    summary: "Wishes of the dashboard and the command line",
    reply: anything,
    handle: async ({ admin }) => ok(await admin.preferences()),
  }),
  endpoint({
    method: "post",
    path: "/api/preferences",
    id: "setPreferences",
    tag: "Settings",
    summary: "Set some preferences; the others stay",
    body: preferencesBody,
    reply: anything,
    errors: [413],
    handle: ({ admin }, { body }) => admin.setPreferences(body as JsonObject),
  }),
  endpoint({
    method: "post",
    path: "/api/alerts/test",
    id: "testAlert",
    tag: "Settings",
    summary: "Send a test alert to the webhook and say what went wrong",
    body: z.strictObject({}),
    bodyOptional: true,
    reply: z.object({ ok: z.boolean(), reason: z.string().optional() }),
    handle: async ({ admin }) => {
      const reason = await admin.testAlert();
      return ok(reason === undefined ? { ok: true } : { ok: false, reason });
    },
  }),
  endpoint({
    method: "post",
    path: "/api/projects/confirm",
    id: "confirmProject",
    tag: "Keys",
    summary: "Say that keys belong to one project",
    body: z.strictObject({ credentials: z.array(z.string().max(200)).min(1).max(1_000), project: name }),
    reply: z.object({ project: z.string(), credentials: z.array(z.string()) }),
    errors: [404, 422],
    handle: ({ admin }, { body }) => admin.confirmProject(body.credentials as CredentialId[], body.project),
  }),
];
