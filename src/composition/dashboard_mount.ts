import { Hono, type MiddlewareHandler } from "hono";
import { passFault, type PeerInfo, type Sessions } from "../http/mod.ts";
import type { Management } from "./management_on_use.ts";
import { compress } from "hono/compress";

/** The dashboard's built files: a folder, or what a compiled program carries. */
export type DashboardFiles = Parameters<typeof import("../http/dashboard.ts").dashboardApp>[0]["files"];

export interface DashboardMountOptions {
  readonly files: DashboardFiles;
  readonly sessions: Sessions;
  readonly management: Management;
  readonly startedAt: number;
  /** Called with a fault of our own for which an error page was shown. */
  readonly onFault: (cause: unknown) => void;
}

/**
 * Mounts the dashboard; its pages are loaded at the first request for one, so that an agent's first call does
 * not wait for them.
 */
export function dashboardMount(options: DashboardMountOptions): Hono<{ Bindings: PeerInfo }> {
  const peers = new WeakMap<Request, string>();
  const pages = onFirstUse(() => load(options, (request) => peers.get(request) ?? ""));
  const app = new Hono<{ Bindings: PeerInfo }>().onError(passFault);
  app.use(compressed());
  app.all("*", async (c) => {
    peers.set(c.req.raw, c.env?.peer ?? "");
    return await (await pages()).fetch(c.req.raw);
  });
  return app;
}

async function load(options: DashboardMountOptions, remoteOf: (request: Request) => string): Promise<Hono> {
  const { files, sessions, management, startedAt, onFault } = options;
  const { dashboardApp, loadAssets } = await pageModules();
  return dashboardApp({
    client: management.client,
    sessions,
    files,
    assets: await loadAssets(files),
    startedAt,
    remoteOf,
    onFault,
  });
}

/** The pages and their renderer. The path is two strings: see cli.ts. */
async function pageModules() {
  const [{ dashboardApp }, { loadAssets }] = await Promise.all([
    import("../http/dashboard" + ".ts") as Promise<typeof import("../http/dashboard.ts")>,
    import("fre" + "sh") as Promise<typeof import("fresh")>,
  ]);
  return { dashboardApp, loadAssets };
}

/** Responses from this size on are compressed; event streams never are. */
const COMPRESSED_BYTES = 1_024;

/** Compresses responses of the management API and the pages. */
export function compressed(): MiddlewareHandler {
  return compress({ threshold: COMPRESSED_BYTES });
}

/** Makes a thing once, when it is first used. After a failure the next use tries again. */
export function onFirstUse<Thing>(make: () => Promise<Thing>): () => Promise<Thing> {
  let making: Promise<Thing> | undefined;
  return () =>
    making ??= make().catch((cause) => {
      making = undefined;
      throw cause;
    });
}
