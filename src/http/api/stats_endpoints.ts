import { z } from "zod";
import { ok } from "../../core/mod.ts";
import type { Outcome } from "../../admin/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, failureClass, limit, time } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const word = z.string().max(200).optional();

function unavailable(message: string): Outcome<never> {
  return { ok: false, error: { status: 503, code: "unavailable", message } };
}

const recordFilter = {
  since: time.optional(),
  until: time.optional(),
  model: word,
  key: word.describe("Id, label or tail of a key"),
  client: word,
  agent: word.describe("Beginning of the agent's name"),
  class: failureClass.optional(),
  status: z.string().regex(/^[1-5](\d\d|xx)$/i, "give 429 or 4xx").optional(),
  text: word.describe("Part of an error message"),
};

const requestFilter = z.strictObject({
  ...recordFilter,
  limit,
  cursor: z.string().max(500).optional(),
});

const logFilter = z.strictObject({
  limit: limit.default(200),
  level: z.enum(["debug", "info", "warn", "error"]).optional(),
  kind: word,
  text: word,
  before: time.optional(),
});

const seriesQuery = z.strictObject({
  grain: z.enum(["minute", "hour", "day"]).default("hour"),
  by: z.enum(["total", "model", "key", "project", "client", "agent", "class", "bucket"]).default("total"),
  since: time.optional(),
  until: time.optional(),
});

export const statsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/stats",
    id: "stats",
    tag: "Figures",
    summary:
      "Requests, tokens, latency and cost: all, by day, model, key, agent, client, project and failure",
    reply: anything,
    handle: async ({ admin }) => ok(await admin.stats()),
  }),
  endpoint({
    method: "get",
    path: "/api/stats/unified",
    id: "unifiedStats",
    tag: "Figures",
    summary: "Figures by model with their accounts, since a time",
    query: z.strictObject({ since: time.optional(), model: word }),
    reply: z.record(z.string(), anything.nullable()),
    handle: async ({ admin }, { query }) => ok(await admin.unifiedStats(definedOnly(query))),
  }),
  endpoint({
    method: "get",
    path: "/api/stats/quota-summary",
    id: "quotaSummary",
    tag: "Figures",
    summary: "Caps with their resets, and the state of the pool",
    reply: z.object({ quotas: z.array(anything), poolStatus: anything, models: z.array(anything) }),
    handle: async ({ admin }) => ok(await admin.quotaSummary()),
  }),
  endpoint({
    method: "get",
    path: "/api/stats/series",
    id: "series",
    tag: "Figures",
    summary: "Figures over time, one point a minute, hour or day",
    query: seriesQuery,
    reply: z.array(z.object({ time: z.number(), values: z.record(z.string(), anything) })),
    handle: async ({ admin }, { query }) => ok(await admin.series(definedOnly(query))),
  }),
  endpoint({
    method: "get",
    path: "/api/stats/flows",
    id: "flows",
    tag: "Figures",
    summary: "Where calls went: client, model, project, key",
    query: z.strictObject({ since: time.optional() }),
    reply: z.array(anything),
    handle: async ({ admin }, { query }) => ok(await admin.flows(query.since)),
  }),
  endpoint({
    method: "get",
    path: "/api/requests",
    id: "requests",
    tag: "Requests",
    summary: "Call records, newest first",
    query: requestFilter,
    reply: z.object({ requests: z.array(anything), cursor: z.string().nullable() }),
    handle: async ({ admin }, { query }) => {
      const { limit, cursor, ...filter } = query;
      return await admin.requests(definedOnly(filter), cursor === undefined ? { limit } : { limit, cursor });
    },
  }),
  endpoint({
    method: "get",
    path: "/api/requests/totals",
    id: "requestTotals",
    tag: "Requests",
    summary:
      "What all records of a filter add up to; `complete` is false when there were too many to look at",
    query: z.strictObject(recordFilter),
    reply: anything,
    handle: ({ admin }, { query }) => admin.requestTotals(definedOnly(query)),
  }),
  endpoint({
    method: "get",
    path: "/api/requests/{id}",
    id: "request",
    tag: "Requests",
    summary: "One call record with its attempts, and with LOG_BODIES what was sent and answered",
    params: z.object({ id: z.string().min(1).max(200) }),
    reply: anything,
    errors: [404],
    handle: ({ admin }, { params }) => admin.request(params.id),
  }),
  endpoint({
    method: "post",
    path: "/api/requests/{id}/replay",
    id: "replayRequest",
    tag: "Requests",
    summary: "Send a kept request again, if wished on one key or with another model; needs LOG_BODIES",
    params: z.object({ id: z.string().min(1).max(200) }),
    body: z.strictObject({
      key: z.string().min(1).max(300).optional().describe("Id of a key, or its last characters"),
      model: z.string().min(1).max(200).optional(),
    }),
    bodyOptional: true,
    reply: z.object({
      id: z.string().nullable(),
      status: z.number(),
      contentType: z.string().nullable(),
      body: z.string(),
      whole: z.boolean(),
    }),
    errors: [404, 409],
    handle: async ({ replay }, { params, body }) =>
      await replay?.(params.id, definedOnly(body)) ?? unavailable("Requests cannot be sent again here"),
  }),
  endpoint({
    method: "get",
    path: "/api/logs",
    id: "logs",
    tag: "Requests",
    summary: "The last log lines, newest first",
    query: logFilter,
    reply: z.array(anything),
    handle: async ({ admin }, { query }) => ok(await admin.logs(definedOnly(query))),
  }),
];
