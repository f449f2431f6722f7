import { z } from "zod";
import type { RouteName } from "./paths.ts";
import { type Route, route } from "./route.ts";
import { Call, CallDetail } from "./schema/calls.ts";
import { Overview } from "./schema/overview.ts";
import { pageOf } from "./schema/page.ts";

const id = z.object({ id: z.string().min(1).max(500) });

/** Every route: clients, handlers and the OpenAPI document are made from it. */
export const routes = {
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
} as const satisfies Record<RouteName, Route>;
