import type { Hono } from "hono";
import type { Credential, CredentialId } from "../core/mod.ts";
import {
  type AuthGate,
  type BodyKeeper,
  createBodyKeeper,
  createCors,
  createProxyApp,
  createRequestGuard,
  createResources,
  type PeerInfo,
  type ProxyDeps,
} from "../http/mod.ts";
import { BodyShelf } from "../ledger/mod.ts";
import { guardOptions } from "./guard_options.ts";
import type { Rooms } from "./rooms.ts";

/** The client APIs over the rooms. */
export function proxyApp(
  rooms: Rooms,
  gate: AuthGate,
  pinOf: (request: Request) => CredentialId | undefined,
): Hono<{ Bindings: PeerInfo }> {
  const { settings, catalog, store, admin } = rooms;
  const deps: ProxyDeps = {
    ...rooms.relay,
    catalog,
    store,
    enter: admin.enter,
    modelRefusal: admin.modelRefusal,
    mayUse: admin.mayUse,
    discover: (model) =>
      catalog.discoverOnce(
        model,
        async () => refreshModels(rooms, await store.credentials.list(), rooms.draining.signal),
      ),
    resources: createResources(store, rooms.ports.clock),
    bodies: bodyKeeper(rooms),
    pinOf,
  };
  const cors = createCors(settings.corsOrigins);
  return createProxyApp({
    deps,
    auth: gate,
    cors,
    guard: createRequestGuard(settings.host, { cors, ...guardOptions(rooms) }),
  });
}

function bodyKeeper({ store, ledger, settings }: Rooms): BodyKeeper {
  return createBodyKeeper({
    shelf: new BodyShelf(store),
    isOn: () => settings.logBodies,
    onProblem: (problem) =>
      ledger.log("warn", "request", "A body could not be kept", { error: String(problem) }),
  });
}

/** Asks these credentials for their models; dead and disabled ones are left alone. */
function refreshModels(rooms: Rooms, credentials: readonly Credential[], signal: AbortSignal) {
  const usable = credentials.filter((credential) => credential.enabled && credential.dead === undefined);
  return rooms.catalog.refresh(usable, {
    upstreams: rooms.upstreams,
    fetch: rooms.ports.fetch,
    signal,
    ready: (credential) => rooms.relay.ready(credential, false),
  });
}
