import { z } from "zod";
import { route } from "../route.ts";
import { Call, CallDetail } from "../schema/calls.ts";
import { id, moment, pageOf } from "../schema/fields.ts";
import * as live from "../schema/live.ts";
import { Overview } from "../schema/overview.ts";
import * as quota from "../schema/quota.ts";
import * as stats from "../schema/stats.ts";

export const liveRoutes = {
  health: route("health", {
    tag: "Health",
    summary: "State of the proxy; tails of keys only with the owner's token",
    access: "open",
    reply: live.Health,
  }),
  live: route("live", {
    tag: "Health",
    summary: "Answers while the process runs",
    access: "open",
    reply: z.object({ status: z.literal("ok") }),
  }),
  ready: route("ready", {
    tag: "Health",
    summary: "200 when the database answers, else 503",
    access: "open",
    reply: z.object({ status: z.literal("ready") }),
    errors: [503],
  }),
  overview: route("overview", {
    tag: "Figures",
    summary:
      "What every screen says: the verdict, how each model stands and until when, keys, calls, failures, problems",
    reply: Overview,
  }),
  calls: route("calls", {
    tag: "Requests",
    summary: "Calls in flight and waiting in this process: what for, and until when",
    reply: pageOf(Call),
  }),
  call: route("call", {
    tag: "Requests",
    summary: "One call in flight, and why each key does not take it while it waits",
    params: id,
    reply: CallDetail,
    errors: [404],
  }),
  cancelCall: route("cancelCall", {
    tag: "Requests",
    summary: "End a call in flight or waiting; no key is blamed for it",
    params: id,
    reply: z.object({ id: z.string() }),
    errors: [404],
  }),
  events: route("events", {
    tag: "Live",
    summary:
      "Server-sent events: stats_update, stats_update_full, traffic_update, log, usage:cap-warning, usage:cap-exceeded, usage:cap-updated, pool_update, request, alert; missed says that events were left out and it is time to read again. Last-Event-ID resumes",
    query: live.EventsQuery,
    reply: z.string(),
    produces: "text/event-stream",
  }),
  metrics: route("metrics", {
    tag: "Live",
    summary: "Figures in Prometheus's text format",
    reply: z.string(),
    produces: "text/plain",
  }),
};

export const figureRoutes = {
  stats: route("stats", {
    tag: "Figures",
    summary:
      "Requests, tokens, latency and cost: all, by day, model, key, agent, client, project and failure",
    reply: stats.Stats,
  }),
  unifiedStats: route("unifiedStats", {
    tag: "Figures",
    summary: "Figures by model with their accounts, since a time",
    query: stats.UnifiedQuery,
    reply: z.record(z.string(), stats.UnifiedModel.nullable()),
  }),
  quotaSummary: route("quotaSummary", {
    tag: "Figures",
    summary: "Caps with their resets, and the state of the pool",
    reply: quota.QuotaSummary,
  }),
  series: route("series", {
    tag: "Figures",
    summary:
      "Figures over time, one point a minute, hour or day; names beyond what one answer holds are counted together as (other)",
    query: stats.SeriesQuery,
    reply: z.array(stats.SeriesPoint),
  }),
  flows: route("flows", {
    tag: "Figures",
    summary: "Where calls went: client, model, project, key",
    query: z.strictObject({ since: moment.optional() }),
    reply: z.array(stats.Flow),
  }),
  requests: route("requests", {
    tag: "Requests",
    summary: "Call records, newest first",
    query: stats.RequestsQuery,
    reply: stats.Requests,
  }),
  requestTotals: route("requestTotals", {
    tag: "Requests",
    summary:
      "What all records of a filter add up to; `complete` is false when there were too many to look at",
    query: stats.TotalsQuery,
    reply: stats.RequestTotals,
  }),
  callPaths: route("callPaths", {
    tag: "Requests",
    summary: "Which way calls went, agent, model, project and key, by how they ended",
    query: stats.PathsQuery,
    reply: stats.CallPaths,
  }),
  request: route("request", {
    tag: "Requests",
    summary: "One call record with its attempts, and with LOG_BODIES what was sent and answered",
    params: id,
    reply: stats.RequestDetail,
    errors: [404],
  }),
  replay: route("replay", {
    tag: "Requests",
    summary: "Send a kept request again, if wished on one key or with another model; needs LOG_BODIES",
    params: id,
    body: stats.Replay,
    bodyOptional: true,
    reply: stats.Replayed,
    errors: [404, 409, 503],
  }),
  logs: route("logs", {
    tag: "Requests",
    summary: "The last log lines, newest first",
    query: stats.LogsQuery,
    reply: z.array(stats.LogLine),
  }),
};
