import { Hono } from "hono";
import { type Assets, type ClientFiles, fsRoutes, serveFiles } from "fresh";
import type { DashboardState } from "../../routes/_define.ts";
import { manifest } from "../../routes.gen.ts";
import { passFault } from "./app.ts";
import type { Sessions } from "./dashboard_session.ts";

export interface DashboardOptions {
  /** The client that pages read with: it calls the handlers of this same process. */
  readonly client: DashboardState["client"];
  readonly sessions: Sessions;
  /** Addresses of the built files, from `loadAssets(files)`. */
  readonly assets: Assets;
  /** The built files themselves and those of `static/`: a folder, or what a compiled program carries. */
  readonly files: ClientFiles;
  /** Epoch milliseconds at which this process began. */
  readonly startedAt: number;
  /** Called with a fault of our own for which an error page was shown. */
  readonly onFault: (cause: unknown) => void;
  /** The peer's address of a request; "local" when not given. */
  remoteOf?(request: Request): string;
}

/**
 * The dashboard at /dashboard with its files at /build, /theme.js and /favicon.svg, and a redirect from /.
 * Answers every other address with a "not found" page: mount it last.
 */
export function dashboardApp(options: DashboardOptions): Hono {
  const { client, sessions, assets, files, startedAt, onFault } = options;
  const state = (request: Request): DashboardState => ({
    client,
    sessions,
    remote: options.remoteOf?.(request) ?? "local",
    developing: assets.dev !== undefined,
    startedAt,
  });
  return new Hono().onError(passFault)
    .route("/", serveFiles(files))
    .route("/", fsRoutes<DashboardState>(manifest, { assets, state, onFault }));
}
