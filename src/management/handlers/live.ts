import { ok } from "../../core/mod.ts";
import { eventStream } from "../event_stream.ts";
import { metricsText } from "../metrics.ts";
import type { Handlers } from "./handler.ts";

/** How the proxy stands now. */
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
    // Who begins again is told to read everything once.
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
