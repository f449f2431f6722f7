import { z } from "zod";
import { count, models, name, seen, source, time, type Wire } from "./fields.ts";

/** One line of the list of models: a model, or an alias of one. */
export const Model = z.object({
  id: z.string().describe("The exact upstream id, or an alias"),
  aliasOf: z.string().optional(),
  variantOf: z.string().optional().describe(
    "The model's own row, for another of its names or a variant of it",
  ),
  displayName: z.string(),
  ownedBy: z.literal("google"),
  inputTokenLimit: z.number(),
  outputTokenLimit: z.number(),
  methods: z.array(z.string()),
  thinking: z.boolean(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }).describe(
    "text, image, audio, video, file, embeddings",
  ),
  price: z.object({ input: z.number(), cached: z.number(), output: z.number() }).nullable().describe(
    "US dollars for a million tokens of text; null where it is not known",
  ),
  sources: z.array(source),
  serving: count.describe("Keys that list it"),
  credentials: z.array(z.string()),
});

export const ModelsQuery = z.strictObject({
  keys: z.coerce.number().int().min(0).max(500).optional().describe(
    "How many keys are named at most, the oldest ones, in rows and beside each model; without it all",
  ),
});
export type Model = Wire<typeof Model>;

export const Models = z.object({
  models: z.array(z.string()),
  rows: z.array(
    z.object({ credential: z.string(), source, at: time.optional(), models: z.array(z.string()) }),
  ),
  entries: z.array(Model),
});
export type Models = Wire<typeof Models>;

export const RefreshedModels = z.object({
  success: z.literal(true),
  models: z.array(z.string()),
  results: z.array(z.object({
    credential: z.string(),
    source: z.string(),
    ok: z.boolean(),
    models: count,
    added: z.array(z.string()),
    removed: z.array(z.string()),
    reason: z.string().optional(),
  })),
});
export type RefreshedModels = Wire<typeof RefreshedModels>;
export const RefreshModels = z.strictObject({ keys: z.array(z.string().max(200)).max(5_000).optional() });

export const Alias = z.object({ name: z.string(), target: z.string(), updatedAt: time });
export type Alias = Wire<typeof Alias>;
export const ListedAlias = Alias.extend({
  resolves: z.string().nullable().describe(
    "The model it leads to now; null when it leads to none that is known",
  ),
});
export type ListedAlias = Wire<typeof ListedAlias>;
export const PutAlias = z.strictObject({ target: name, updatedAt: seen.optional() });

export const QuotaGroup = z.object({ name: z.string(), models: z.array(z.string()), updatedAt: time });
export const ListedQuotaGroup = QuotaGroup.extend({
  updatedAt: time.nullable(),
  origin: z.enum(["set", "setting"]).describe("setting: from QUOTA_GROUPS_<NAME>"),
});
export type ListedQuotaGroup = Wire<typeof ListedQuotaGroup>;
export const PutQuotaGroup = z.strictObject({ models, updatedAt: seen.optional() });

export const Fallback = z.object({ model: z.string(), to: z.array(z.string()), updatedAt: time });
export type Fallback = Wire<typeof Fallback>;
export const PutFallback = z.strictObject({ to: models, updatedAt: seen.optional() });
