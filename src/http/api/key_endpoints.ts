import { z } from "zod";
import type { AddedKey } from "../../admin/mod.ts";
import { err, ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { globs, id, label, source, tier, updatedAt } from "./fields.ts";
import { progressReply, wantsProgress } from "./progress_reply.ts";

const cooldown = z.object({
  scope: z.string(),
  kind: z.string(),
  until: z.string(),
  reason: z.string(),
  fact: z.boolean(),
});

const safeKeySchema = z.object({
  id: z.string(),
  tail: z.string(),
  type: z.enum(["api_key", "oauth", "service_account"]),
  source,
  label: z.string(),
  email: z.string().nullable(),
  project: z.string().nullable(),
  tier,
  status: z.enum(["active", "cooldown", "disabled", "dead"]),
  reason: z.string().nullable(),
  link: z.string().nullable(),
  usage: z.number(),
  errors: z.number(),
  inFlight: z.number(),
  slots: z.number(),
  lastUsed: z.number().nullable(),
  cooldownUntil: z.number().nullable(),
  cooldowns: z.array(cooldown),
  models: z.array(z.string()),
  modelsAt: z.number().nullable(),
  priority: z.number(),
  enabled: z.boolean(),
  proxy: z.string().nullable(),
  allowModels: z.array(z.string()).nullable(),
  denyModels: z.array(z.string()).nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});

const addKeysBody = z.strictObject({
  key: z.string().max(10_000).optional(),
  keys: z.array(z.string().max(10_000)).max(5_000).optional(),
  text: z.string().max(1_000_000).describe("Keys, one a line").optional(),
  label: label.optional(),
  project: label.optional(),
  tier: tier.optional(),
  proxy: z.string().max(2_000).optional(),
  validate: z.boolean().default(true),
}).refine(
  (body) => [body.key, body.keys, body.text].filter((one) => one !== undefined).length === 1,
  { message: "send exactly one of key, keys and text", path: ["key"] },
);

const addedKey = z.union([
  z.object({ ok: z.literal(true), id: z.string(), tail: z.string(), models: z.array(z.string()) }),
  z.object({ ok: z.literal(false), tail: z.string(), reason: z.string(), code: z.string() }),
]);

const keyPatch = z.strictObject({
  label: label.optional(),
  tier: tier.optional(),
  project: label.nullable().optional(),
  proxy: z.string().max(2_000).nullable().optional(),
  enabled: z.boolean().optional(),
  priority: z.number().min(-1_000).max(1_000).optional(),
  allowModels: globs.nullable().optional(),
  denyModels: globs.nullable().optional(),
  updatedAt: updatedAt.optional(),
});

const checkedKey = z.object({
  id: z.string(),
  tail: z.string(),
  ok: z.boolean(),
  models: z.array(z.string()),
  reason: z.string().optional(),
  class: z.string().optional(),
});

export const keyEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/keys/safe",
    id: "listKeys",
    tag: "Keys",
    summary: "Every key and account, without its secret",
    reply: z.array(safeKeySchema),
    handle: async ({ admin }) => ok(await admin.keys()),
  }),
  endpoint({
    method: "post",
    path: "/api/keys",
    id: "addKeys",
    tag: "Keys",
    summary:
      "Add one key or many; each is checked with Google unless validate is false. With Accept: text/event-stream, progress is streamed",
    body: addKeysBody,
    reply: z.object({
      success: z.boolean(),
      ok: z.boolean(),
      id: z.string().optional(),
      models: z.array(z.string()).optional(),
      added: z.number(),
      failed: z.number(),
      results: z.array(addedKey),
    }),
    errors: [409, 422, 502],
    handle: async ({ admin, request }, { body }) => {
      const input = definedOnly(body);
      if (wantsProgress(request)) {
        return progressReply(async (send) => {
          const added = await admin.addKeys(
            input,
            (progress, last) => send("progress", { ...progress, last: plain(last) }),
          );
          return added.ok ? ok(summary(added.value)) : added;
        });
      }
      const added = await admin.addKeys(input);
      if (!added.ok) return added;
      const [only] = added.value;
      if (body.key !== undefined && only?.ok === false) return err(only.problem);
      return ok(summary(added.value));
    },
  }),
  endpoint({
    method: "patch",
    path: "/api/keys/{id}",
    id: "editKey",
    tag: "Keys",
    summary:
      "Change a key's label, tier, project, proxy, priority, models or enable it; null takes a value away",
    params: id,
    body: keyPatch,
    reply: safeKeySchema,
    errors: [404, 409, 422],
    handle: ({ admin, expected }, { params, body }) => {
      const { updatedAt, ...edit } = body;
      return admin.editKey(params.id, definedOnly(edit), expected ?? updatedAt);
    },
  }),
  endpoint({
    method: "delete",
    path: "/api/keys/{id}",
    id: "removeKey",
    tag: "Keys",
    summary:
      "Remove a key by its id or its last 6 or more characters, undo within ten minutes; or sign an account out and remove it",
    params: id,
    reply: z.object({
      success: z.literal(true),
      id: z.string(),
      tail: z.string(),
      label: z.string(),
      undo: z.string().describe("Empty for an account: its sign-in has ended"),
      revoked: z.boolean().describe("Only for an account: whether Google ended its sign-in").optional(),
      note: z.string().describe("Only for an account: what became of its sign-in").optional(),
    }),
    errors: [404, 409],
    handle: async ({ admin }, { params }) => {
      const removed = await admin.removeKey(params.id);
      return removed.ok ? ok({ success: true, ...removed.value }) : removed;
    },
  }),
  endpoint({
    method: "post",
    path: "/api/keys/restore",
    id: "restoreKey",
    tag: "Keys",
    summary: "Put a removed key back",
    body: z.strictObject({ undo: z.string().min(1).max(200) }),
    reply: safeKeySchema,
    errors: [404, 409],
    handle: ({ admin }, { body }) => admin.restoreKey(body.undo),
  }),
  endpoint({
    method: "post",
    path: "/api/keys/check",
    id: "checkAllKeys",
    tag: "Keys",
    summary: "Check every key with Google now. With Accept: text/event-stream, progress is streamed",
    body: z.strictObject({}),
    bodyOptional: true,
    reply: z.object({ results: z.array(checkedKey) }),
    handle: async ({ admin, request }) => {
      if (wantsProgress(request)) {
        return progressReply(async (send) =>
          ok({
            results: await admin.checkAllKeys((progress, last) => send("progress", { ...progress, last })),
          })
        );
      }
      return ok({ results: await admin.checkAllKeys() });
    },
  }),
  endpoint({
    method: "post",
    path: "/api/keys/{id}/check",
    id: "checkKey",
    tag: "Keys",
    summary: "Check one key with Google now; a working key loses its cooldowns and its dead mark",
    params: id,
    body: z.strictObject({}),
    bodyOptional: true,
    reply: checkedKey,
    errors: [404, 409],
    handle: ({ admin }, { params }) => admin.checkKey(params.id),
  }),
  endpoint({
    method: "post",
    path: "/api/keys/{id}/lift",
    id: "liftCooldown",
    tag: "Keys",
    summary: "Lift a key's cooldowns, or one scope of them",
    params: id,
    body: z.strictObject({ scope: z.string().max(300).optional() }),
    bodyOptional: true,
    reply: z.object({ id: z.string() }),
    errors: [404, 409],
    handle: ({ admin }, { params, body }) => admin.liftCooldown(params.id, body.scope),
  }),
];

function plain(added: AddedKey) {
  if (added.ok) return added;
  const { ok, tail, reason, problem } = added;
  return { ok, tail, reason, code: problem.code };
}

/** The seed's `success` and `models` stay for a single key. */
function summary(results: readonly AddedKey[]) {
  const added = results.filter((one) => one.ok);
  const [only] = added;
  return {
    success: added.length > 0,
    ok: added.length === results.length,
    ...(results.length === 1 && only?.ok === true ? { id: only.id, models: only.models } : {}),
    added: added.length,
    failed: results.length - added.length,
    results: results.map(plain),
  };
}

/** The object without fields that are undefined, as the use-cases want it. */
export function definedOnly<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
  };
}
