import { z } from "zod";
import { ACCOUNT_STATES, CREDENTIAL_TYPES } from "../../core/mod.ts";
import {
  count,
  editedRules,
  type Given,
  isoTime,
  label,
  page,
  pageOf,
  seen,
  source,
  statedRules,
  tag,
  tags,
  tier,
  time,
  type Wire,
  word,
} from "./fields.ts";

/** A credential without its secrets. */
export const Key = z.object({
  id: z.string(),
  tail: z.string(),
  type: z.enum(CREDENTIAL_TYPES),
  source,
  label: z.string(),
  tags: z.array(z.string()),
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
  retried: count.describe("Attempts that failed here while their call went on, at this key or another"),
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

/** Most ids of keys in one query, separated by commas. */
const MOST_IDS = 500;
const ids = z.string().min(1).max(20_000).describe(`Ids of keys, by commas; at most ${MOST_IDS}`)
  .transform((text) => text.split(",").map((id) => id.trim()).filter(Boolean))
  .refine((ids) => ids.length <= MOST_IDS, { message: `names more than ${MOST_IDS} keys` });

/** Selects keys and their order. */
export const KeysQuery = z.strictObject({
  ...page,
  status: Key.shape.status.optional(),
  text: word.describe("Words that are all in its label, tail, e-mail, project, source, tier, tags or models"),
  tag: tag.optional(),
  ids: ids.optional(),
  order: z.enum(["added", "worst", "project", "name", "requests", "errors", "priority", "last_used"]).default(
    "added",
  ).describe("worst: dead and cooling ones first; project: by project, accounts last"),
});

export const KeysPage = pageOf(Key).extend({
  previous: z.string().nullable().describe("Cursor of the page before; null at the beginning"),
  first: count.describe("Place of the first item among those that the query leaves, from 0"),
  total: count.describe("Keys that the query leaves, on all pages"),
  all: count.describe("Keys there are"),
  projects: z.array(z.object({ project: z.string(), keys: count, active: count })).describe(
    "The projects of this page's keys, empty for unknown, with all of their keys that the query leaves",
  ),
  tags: z.array(z.string()).describe("Every tag of any key; at most 200"),
});
export type KeysPage = Wire<typeof KeysPage>;

export const ActivityQuery = z.strictObject({ ids });

export const KeyActivity = z.object({
  since: time.describe("Start of the first hour"),
  stepMs: count,
  items: z.array(z.object({
    id: z.string(),
    requests: z.array(count).describe("Calls of each of the last 24 hours, the oldest first"),
    errors: z.array(count),
    retried: z.array(count).describe("Attempts that failed here while their call went on"),
    day: z.object({
      model: z.string(),
      used: z.number(),
      limit: z.number(),
      published: z.boolean().describe("The limit is what was published; Google has not stated its own"),
      resetsAt: isoTime.nullable(),
    }).nullable().describe("The fullest daily limit"),
  })),
});
export type KeyActivity = Wire<typeof KeyActivity>;

/** Fields of a credential that the user may change; null removes a value. */
export const KeyPatch = z.strictObject({
  label: label.optional(),
  tags: tags.describe("In place of all it has").optional(),
  addTags: tags.optional(),
  removeTags: tags.optional(),
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
  tags: tags.optional(),
  project: label.optional(),
  tier: tier.optional(),
  proxy: z.string().max(2_000).optional(),
  validate: z.boolean().default(true),
}).refine(
  (body) => [body.key, body.keys, body.text].filter((one) => one !== undefined).length === 1,
  { message: "send exactly one of key, keys and text", path: ["key"] },
);

/** The result for one key of a request to add some. */
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

export const ReplaceKey = z.strictObject({
  key: z.string().trim().min(1).max(10_000),
  validate: z.boolean().default(true).describe(
    "Ask Google about the new key first; nothing changes when it is refused",
  ),
});

export const ReplacedKey = z.object({
  key: Key,
  undo: z.string().describe("Brings the former key back within ten minutes, by /api/keys/restore"),
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
