import { ok } from "../../core/mod.ts";
import { routes } from "../../management/mod.ts";
import { type Endpoint, handled } from "./endpoint.ts";

export const overviewEndpoints: readonly Endpoint[] = [
  handled(routes.overview, async ({ admin }) => ok(await admin.overview())),
  handled(routes.calls, ({ admin }) => Promise.resolve(ok({ items: admin.calls(), next: null }))),
  handled(routes.call, ({ admin }, { params }) => Promise.resolve(admin.call(params.id))),
  handled(routes.cancelCall, ({ admin }, { params }) => Promise.resolve(admin.cancelCall(params.id))),
];
