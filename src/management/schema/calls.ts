import { z } from "zod";
import type { Wire } from "./fields.ts";

const time = z.iso.datetime();

/** A call in flight or waiting. */
export const Call = z.object({
  id: z.string(),
  at: time.describe("When it came"),
  ageMs: z.number(),
  client: z.string(),
  agent: z.string(),
  session: z.string(),
  dialect: z.string(),
  operation: z.string(),
  stream: z.boolean(),
  model: z.string().describe("As the client wrote it"),
  modelUsed: z.string().nullable(),
  key: z.string().nullable().describe("Label or tail of the key that is asked now"),
  state: z.enum(["waiting", "sent", "retrying", "streaming"]),
  attempts: z.number().int().min(0),
  firstTokenMs: z.number().nullable(),
  outputTokens: z.number().nullable().describe("As Google has counted so far"),
  waiting: z.object({
    since: time,
    model: z.string(),
    reason: z.string().describe("minute, tokens, day, cooling, full, capped, ..."),
    until: time.nullable().describe("When it can be sent as far as is known"),
    message: z.string(),
  }).nullable(),
});
export type Call = Wire<typeof Call>;

/** A call with the reason why each key does not take it. */
export const CallDetail = Call.extend({
  refusals: z.array(z.object({
    key: z.string().nullable().describe("Id of the key"),
    name: z.string().nullable().describe("Its label or tail"),
    reason: z.string(),
    until: time.nullable(),
  })),
});
export type CallDetail = Wire<typeof CallDetail>;
