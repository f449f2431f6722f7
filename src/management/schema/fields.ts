import { z } from "zod";
import {
  FAILURE_CLASSES,
  isTag,
  type JsonObject,
  MOST_TAGS,
  SOURCES,
  TAG_LENGTH,
  TIERS,
} from "../../core/mod.ts";

/** Fields that several schemas share. */

export const name = z.string().trim().min(1).max(200);
export const label = z.string().max(200);
/** A word by which keys are found. */
export const tag = z.string().trim().max(TAG_LENGTH).refine(isTag, {
  message: "is no tag: at most 50 characters, without commas and control characters",
});
export const tags = z.array(tag).max(MOST_TAGS);
export const id = z.object({ id: z.string().min(1).max(500) });
export const tier = z.enum(TIERS);
export const source = z.enum(SOURCES);
export const globs = z.array(z.string().min(1).max(200)).max(500);
/** Rules for models: as set for all keys, as stated of one key in a reply, and as given in an edit. */
export const rules = { allowModels: globs.optional(), denyModels: globs.optional() };
const patterns = z.array(z.string()).nullable();
export const statedRules = { allowModels: patterns, denyModels: patterns };
export const editedRules = {
  allowModels: globs.nullable().optional(),
  denyModels: globs.nullable().optional(),
};
export const models = z.array(name).max(1_000);
export const count = z.number().int().min(0);

/** Later times overflow calculations with days. */
export const LATEST = Date.UTC(9999, 11, 31);
/** A moment in a query: ISO 8601, or epoch milliseconds. */
export const moment = z.union([
  z.coerce.number().int().min(0).max(LATEST),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);
/** A moment in a reply: handlers give epoch milliseconds, what is sent is ISO 8601. */
export const time = z.codec(z.iso.datetime(), z.number(), {
  decode: (text) => Date.parse(text),
  encode: (ms) => new Date(ms).toISOString(),
});
/** A moment in a reply: ISO 8601. */
export const isoTime = z.iso.datetime();

/** A published limit; the project's own is unknown. */
export const publishedLimit = z.object({
  limit: z.number(),
  source: z.string(),
  date: z.string().describe("Year, month or day"),
});

/** The version that an editor saw: `updatedAt` of the record, for If-Match or the body. */
export const seen = z.union([
  z.number().int().min(0),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]).describe("The updatedAt that was read; 409 when it is not the present one");
export const failureClass = z.enum([...FAILURE_CLASSES, "ok", "cancelled", "refused"]);
export const word = z.string().max(200).optional();
export const success = z.object({ success: z.literal(true) });
/** Any JSON object: a document of the user's. */
export const document = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>;

/** The type on the wire: a reply as received, a body as sent. */
export type Wire<Schema extends z.ZodType> = Frozen<z.input<Schema>>;
/** The type that a handler returns. */
export type Given<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

type Frozen<Value> = string extends keyof Value ? JsonObject extends Value ? Value
  : { readonly [Name in keyof Value]: Frozen<Value[Name]> }
  : Value extends readonly (infer Item)[] ? readonly Frozen<Item>[]
  : Value extends object ? { readonly [Name in keyof Value]: Frozen<Exclude<Value[Name], undefined>> }
  : Value;

/** The page of a list: every list of the API that can be long has these two. */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).describe("`next` of the page before").optional(),
};

/** A page of a list: `next` is the cursor of the next page, null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
