import { z } from "zod";
import { globs, LATEST, name, seen, time, type Wire } from "./fields.ts";
import { Figures } from "./stats.ts";

export const Budget = z.strictObject({
  unit: z.enum(["tokens", "usd", "requests"]),
  limit: z.number().positive().max(1e15),
  period: z.enum(["daily", "weekly", "monthly", "total"]),
});

export const AddClient = z.strictObject({
  name,
  allowModels: globs.optional(),
  requestsPerMinute: z.number().int().min(1).max(1e6).optional(),
  budget: Budget.optional(),
  expiresAt: z.number().int().positive().max(LATEST).optional(),
});

export const EditClient = z.strictObject({
  name: name.optional(),
  allowModels: globs.nullable().optional(),
  requestsPerMinute: z.number().int().min(1).max(1e6).nullable().optional(),
  budget: Budget.nullable().optional(),
  expiresAt: z.number().int().positive().max(LATEST).nullable().optional(),
  updatedAt: seen.optional(),
});

/** A further client token: everything but the token. */
export const Client = z.object({
  id: z.string(),
  name: z.string(),
  tail: z.string(),
  status: z.enum(["active", "expired", "revoked"]),
  allowModels: z.array(z.string()).optional(),
  requestsPerMinute: z.number().optional(),
  budget: Budget.optional(),
  expiresAt: time.optional(),
  createdAt: time,
  updatedAt: time,
  revoked: z.boolean(),
  usage: Figures.nullable(),
});
export type Client = Wire<typeof Client>;

export const AddedClient = z.object({ client: Client, token: z.string().describe("Shown here alone") });
export type AddedClient = Wire<typeof AddedClient>;
