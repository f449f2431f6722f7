import { type Context as HonoContext, Hono } from "hono";
import type { Assets, Manifest } from "./contract.ts";
import { registerIslands } from "./islands.ts";
import { respond } from "./respond.ts";
import { type RouteEntry, routeEntry, routeTable } from "./route_table.ts";

export interface FsRoutesOptions<State> {
  readonly assets: Assets;
  /** Makes the state that handlers, pages, layouts and middleware of one request share. */
  readonly state: (request: Request) => State;
  /** Called with every thrown value except an HttpError below 500; the console by default. */
  readonly onFault?: (cause: unknown) => void;
}

/**
 * Turns everything under `routes/` into a Hono app, by Fresh 2's file names and exports. Unknown addresses get
 * `_404.tsx`, so mount it last.
 */
export function fsRoutes<State>(manifest: Manifest, options: FsRoutesOptions<State>): Hono {
  const { assets, state, onFault = console.error } = options;
  const { routes } = manifest;
  registerIslands(manifest.islands);
  const visit = (c: HonoContext, entry: RouteEntry<State>) => ({
    req: c.req.raw,
    params: c.req.param() as Record<string, string>,
    state: state(c.req.raw),
    entry,
    routes,
    assets,
    onFault,
  });
  const app = new Hono();
  for (const entry of routeTable<State>(routes)) {
    app.all(entry.pattern, (c) => respond(visit(c, entry)));
  }
  const unknown = routeEntry<State>(routes, "_404.tsx", null);
  app.all("*", (c) => respond(visit(c, unknown), 404));
  return app;
}
