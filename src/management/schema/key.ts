import { z } from "zod";
import { ACCOUNT_STATES } from "../../core/mod.ts";
import { page } from "./page.ts";
import {
  count,
  editedRules,
  type Given,
  isoTime,
  label,
  seen,
  source,
  statedRules,
  tier,
  time,
  type Wire,
  word,
} from "./fields.ts";

/** A credential as everybody may see it. */
export const Key = z.object({
  id: z.string(),
  tail: z.string(),
  type: z.enum(["api_key", "oauth", "service_account"]),
  source,
  label: z.string(),
  email: z.string().nullable(),
  project: z.string().nullable(),
  tier,
  status: z.enum(["active", "cooldown", "disabled", "dead"]).describe(
    "cooldown: every model it has is cooling; disabled: by the user; dead: by Google, with the reason",
  ),
  reason: z.string().nullable(),
  link: z.string().nullable(),
  state: z.enum(ACCOUNT_STATES).nullable().describe("Where a signed-in account stands; null for keys"),
  remedy: z.string().nullable().describe("What brings the account back"),
  usage: count.describe("Calls carried, over all processes and restarts"),
  errors: count,
  inFlight: count,
  slots: count,
  lastUsed: time.nullable(),
  cooldownUntil: time.nullable().describe(
    "When something of it can serve again; null unless status is cooldown",
  ),
  cooldowns: z.array(z.object({
    scope: z.string(),
    kind: z.string(),
    until: isoTime,
    reason: z.string(),
    fact: z.boolean(),
  })),
  models: z.array(z.string()),
  modelsAt: time.nullable(),
  priority: z.number(),
  enabled: z.boolean(),
  proxy: z.string().nullable(),
  ...statedRules,
  createdAt: time,
  updatedAt: time,
});
export type Key = Wire<typeof Key>;

/** Which keys, in which order. */
export const KeysQuery = z.strictObject({
  ...page,
  status: Key.shape.status.optional(),
  text: word.describe("Part of a label, tail, e-mail or project"),
  order: z.enum(["added", "worst"]).default("added").describe("worst: dead and cooling ones first"),
});

/** What the user may change of a credential; null takes a value away. */
export const KeyPatch = z.strictObject({
  label: label.optional(),
  tier: tier.optional(),
  project: label.nullable().optional(),
  proxy: z.string().max(2_000).nullable().optional(),
  enabled: z.boolean().optional(),
  priority: z.number().min(-1_000).max(1_000).optional(),
  ...editedRules,
  updatedAt: seen.optional(),
});

export type KeyEdit = Omit<Given<typeof KeyPatch>, "updatedAt">;

export const AddKeys = z.strictObject({
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

/** What became of one key of a request to add some. */
export const AddedKey = z.union([
  z.object({ ok: z.literal(true), id: z.string(), tail: z.string(), models: z.array(z.string()) }),
  z.object({ ok: z.literal(false), tail: z.string(), reason: z.string(), code: z.string() }),
]);
export type AddedKey = Wire<typeof AddedKey>;

export const AddedKeys = z.object({
  success: z.boolean(),
  ok: z.boolean(),
  id: z.string().optional(),
  models: z.array(z.string()).optional(),
  added: count,
  failed: count,
  results: z.array(AddedKey),
});

export const RemovedKey = z.object({
  success: z.literal(true),
  id: z.string(),
  tail: z.string(),
  label: z.string(),
  undo: z.string().describe("Empty for an account: its sign-in has ended"),
  revoked: z.boolean().describe("Only for an account: whether Google ended its sign-in").optional(),
  note: z.string().describe("Only for an account: what became of its sign-in").optional(),
});

export const CheckedKey = z.object({
  id: z.string(),
  tail: z.string(),
  ok: z.boolean(),
  models: z.array(z.string()),
  reason: z.string().optional(),
  class: z.string().optional(),
});
export type CheckedKey = Wire<typeof CheckedKey>;
