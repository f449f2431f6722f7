import type { Credential, CredentialId } from "../core/mod.ts";
import {
  type AuthGate,
  type BodyRecorder,
  createBodyRecorder,
  createCors,
  createProxyApp,
  createRequestGuard,
  createResources,
  type ProxyApp,
  type ProxyDeps,
} from "../http/mod.ts";
import { BodyStore } from "../ledger/mod.ts";
import { guardOptions } from "./access.ts";
import type { RunningServices } from "./running_services.ts";

/** The client APIs over the services. */
export function proxyApp(
  services: RunningServices,
  gate: AuthGate,
  pinOf: (request: Request) => CredentialId | undefined,
): ProxyApp {
  const { settings, catalog, store, admin } = services;
  const deps: ProxyDeps = {
    ...services.relay,
    catalog,
    store,
    enter: admin.enter,
    modelRefusal: admin.modelRefusal,
    mayUse: admin.mayUse,
    discover: (model) =>
      catalog.discoverOnce(
        model,
        async () => refreshModels(services, await store.credentials.list(), services.draining.signal),
      ),
    resources: createResources(store, services.ports.clock),
    bodies: bodyRecorder(services),
    pinOf,
  };
  const cors = createCors(settings.corsOrigins);
  return createProxyApp({
    deps,
    auth: gate,
    cors,
    guard: createRequestGuard(settings.host, { cors, ...guardOptions(services) }),
  });
}

function bodyRecorder({ store, ledger, settings }: RunningServices): BodyRecorder {
  return createBodyRecorder({
    bodies: new BodyStore(store),
    isOn: () => settings.logBodies,
    onProblem: (problem) =>
      ledger.log("warn", "request", "A body could not be kept", { error: String(problem) }),
  });
}

/** Asks these credentials for their models; dead and disabled ones are left alone. */
function refreshModels(services: RunningServices, credentials: readonly Credential[], signal: AbortSignal) {
  const usable = credentials.filter((credential) => credential.enabled && credential.dead === undefined);
  return services.catalog.refresh(usable, {
    upstreams: services.upstreams,
    fetch: services.ports.fetch,
    signal,
    ready: (credential) => services.relay.ready(credential, false),
  });
}
