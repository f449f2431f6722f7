import { z } from "zod";
import type { Json } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { eventStream } from "./event_stream.ts";
import { metricsText } from "./metrics.ts";

const eventQuery = z.strictObject({
  events: z.string().max(500).describe("Names separated by commas; all without it").optional(),
  lastEventId: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const eventEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/events",
    id: "events",
    tag: "Live",
    summary:
      "Server-sent events: stats_update, stats_update_full, traffic_update, log, usage:cap-warning, usage:cap-exceeded, usage:cap-updated, pool_update, request, alert. Last-Event-ID resumes",
    query: eventQuery,
    produces: "text/event-stream",
    handle: async ({ admin, ledger, request }, { query }) => {
      const header = request.headers.get("last-event-id");
      const last = query.lastEventId ??
        (header !== null && /^\d{1,16}$/.test(header) ? Number(header) : undefined);
      // Views are plain JSON by their types; the casts only widen them.
      const first = last !== undefined ? [] : [
        { name: "stats_update" as const, data: await admin.keys() as unknown as Json },
        { name: "stats_update_full" as const, data: await admin.stats() as unknown as Json },
      ];
      const names = new Set(
        (query.events ?? "").split(",").map((name) => name.trim()).filter((name) => name !== ""),
      );
      return eventStream({ subscription: ledger.subscribe(last), first, names });
    },
  }),
  endpoint({
    method: "get",
    path: "/metrics",
    id: "metrics",
    tag: "Live",
    summary: "Figures in Prometheus's text format",
    produces: "text/plain",
    handle: async ({ admin }) =>
      new Response(await metricsText(admin), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
      }),
  }),
];
