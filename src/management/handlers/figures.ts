import { ok } from "../../core/mod.ts";
import { definedOnly, type Handlers, unavailable } from "./handler.ts";
import { eventStream } from "../event_stream.ts";
import { metricsText } from "../metrics.ts";

/** Handlers of figures, records and logs. */
export const figureHandlers: Handlers<
  | "stats"
  | "unifiedStats"
  | "quotaSummary"
  | "series"
  | "flows"
  | "requests"
  | "requestTotals"
  | "callPaths"
  | "request"
  | "replay"
  | "logs"
> = {
  stats: async ({ admin }) => ok(await admin.stats()),
  unifiedStats: async ({ admin }, { query }) => ok(await admin.unifiedStats(definedOnly(query))),
  quotaSummary: async ({ admin }) => ok(await admin.quotaSummary()),
  series: async ({ admin }, { query }) => ok(await admin.series(definedOnly(query))),
  flows: async ({ admin }, { query }) => ok(await admin.flows(query.since)),
  requests({ admin }, { query }) {
    const { limit, cursor, ...filter } = query;
    return admin.requests(definedOnly(filter), cursor === undefined ? { limit } : { limit, cursor });
  },
  requestTotals: ({ admin }, { query }) => admin.requestTotals(definedOnly(query)),
  callPaths: async ({ admin }, { query }) => ok(await admin.callPaths(definedOnly(query))),
  request: ({ admin }, { params }) => admin.request(params.id),
  replay: ({ replay }, { params, body }) =>
    replay?.(params.id, definedOnly(body)) ??
      unavailable("A request can be sent again only by a running server: geminitro start"),
  logs: async ({ admin }, { query }) => ok(await admin.logs(definedOnly(query))),
};

/** Handlers of the current state. */
export const liveHandlers: Handlers<
  "health" | "live" | "ready" | "overview" | "calls" | "call" | "cancelCall" | "events" | "metrics"
> = {
  health: async ({ admin, client }) => ok(await admin.health(client?.owner === true)),
  live: () => ok({ status: "ok" }),
  async ready({ admin }) {
    await admin.caps();
    return ok({ status: "ready" });
  },
  overview: async ({ admin }) => ok(await admin.overview()),
  calls: ({ admin }) => ok({ items: admin.calls(), next: null }),
  call: ({ admin }, { params }) => admin.call(params.id),
  cancelCall: ({ admin }, { params }) => admin.cancelCall(params.id),
  events({ ledger, request }, { query }) {
    const header = request.headers.get("last-event-id");
    const last = query.lastEventId ??
      (header !== null && /^\d{1,16}$/.test(header) ? Number(header) : undefined);
    // A new reader is told to read everything once.
    const first = last !== undefined ? [] : ["stats_update", "stats_update_full"] as const;
    const names = new Set(
      (query.events ?? "").split(",").map((name) => name.trim()).filter((name) => name !== ""),
    );
    return eventStream({ subscription: ledger.subscribe(last), first, names });
  },
  metrics: async ({ admin }) =>
    new Response(await metricsText(admin), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
    }),
};
