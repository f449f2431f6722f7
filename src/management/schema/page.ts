import { z } from "zod";

/** Which page of a list: every list of the API that can be long is asked for by these two. */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).describe("`next` of the page before").optional(),
};

/** A page of a list: `next` is the cursor of the page after it, null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
