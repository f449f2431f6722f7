import { z } from "zod";

/** A page of a list: `next` is the cursor of the page after it, null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
