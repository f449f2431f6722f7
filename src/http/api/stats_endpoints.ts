import { z } from "zod";
import { ok } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything, failureClass, limit, time } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const word = z.string().max(200).optional();

const requestFilter = z.strictObject({
  since: time.optional(),
  until: time.optional(),
  model: word,
  key: word.describe("Id, label or tail of a key"),
  client: word,
  agent: word.describe("Beginning of the agent's name"),
  class: failureClass.optional(),
  status: z.string().regex(/^[1-5](\d\d|xx)$/i, "give 429 or 4xx").optional(),
  text: word.describe("Part of an error message"),
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
    path: "/api/requests/{id}",
    id: "request",
    tag: "Requests",
    summary: "One call record with its attempts",
    params: z.object({ id: z.string().min(1).max(200) }),
    reply: anything,
    errors: [404],
    handle: ({ admin }, { params }) => admin.request(params.id),
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
