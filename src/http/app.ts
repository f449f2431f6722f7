import { Hono } from "hono";
import type { PeerInfo } from "./proxy/mod.ts";

/** Parts of the server, in the order in which they are asked; the last one answers everything that is left. */
export interface AppParts {
  readonly proxy: Hono<{ Bindings: PeerInfo }>;
  readonly api?: Hono<{ Bindings: PeerInfo }>;
  readonly dashboard?: Hono<{ Bindings: PeerInfo }>;
}

/** Puts the parts together. The dashboard comes last, as its own 404 page answers what nobody else does. */
export function createApp({ proxy, api, dashboard }: AppParts): Hono<{ Bindings: PeerInfo }> {
  const app = new Hono<{ Bindings: PeerInfo }>();
  app.route("/", proxy);
  if (api) app.route("/", api);
  if (dashboard) app.route("/", dashboard);
  app.notFound((c) =>
    c.json({
      error: {
        message: `There is no route ${c.req.method} ${
          c.req.path.replace(/[^\x20-\x7e]/g, "?").slice(0, 120)
        }`,
        type: "invalid_request_error",
        code: "unknown_url",
        param: null,
      },
    }, 404)
  );
  return app;
}
