import { z } from "zod";
import { FAILURE_CLASSES, SOURCES, TIERS } from "../../core/mod.ts";

/** Schemas of fields that several endpoints share. */

export const name = z.string().trim().min(1).max(200);
export const label = z.string().max(200);
export const id = z.object({ id: z.string().min(1).max(500) });
/** Epoch milliseconds up to the year 9999: later ones overflow what calculates with days. */
export const time = z.coerce.number().int().min(0).max(Date.UTC(9999, 11, 31));
export const tier = z.enum(TIERS);
export const source = z.enum(SOURCES);
export const globs = z.array(z.string().min(1).max(200)).max(500);
export const models = z.array(name).max(1_000);
export const updatedAt = z.number().int().min(0).describe(
  "The updatedAt that was read; 409 when it is not the present one",
);
export const failureClass = z.enum([...FAILURE_CLASSES, "ok", "cancelled", "refused"]);
export const limit = z.coerce.number().int().min(1).max(500).default(50);

/** For replies that are described by their summary. */
export const anything = z.record(z.string(), z.unknown());
export const success = z.object({ success: z.literal(true) });
