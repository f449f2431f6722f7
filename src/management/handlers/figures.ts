import { ok } from "../../core/mod.ts";
import { definedOnly, type Handlers, unavailable } from "./handler.ts";

/** What happened. */
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
