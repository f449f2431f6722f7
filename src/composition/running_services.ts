import { SOURCE_TABLE } from "../core/mod.ts";
import {
  ActiveCalls,
  ActiveSet,
  createDeadlines,
  createFilteredRequests,
  createRepairMemory,
  createSessionMemory,
  createSignatureMemory,
  FirstBytes,
  type RelayDeps,
} from "../relay/mod.ts";
import { createProxyOf, createReachHost } from "../system/mod.ts";
import { openServices, type Services, type ServicesOptions } from "./open_services.ts";
import type { Catalog, WantedEffort } from "../catalog/mod.ts";

/** All services of one process, opened. */
export interface RunningServices extends Services {
  /** In flight or waiting. */
  readonly calls: ActiveCalls;
  readonly relay: RelayDeps;
  /** Aborted first: open event streams end, nothing new begins. */
  readonly draining: AbortController;
  /** Aborted when patience ends: running calls break off, in their dialect's own words. */
  readonly shutdown: AbortController;
}

export type RunningServicesOptions = Omit<ServicesOptions, "calls" | "visitor">;

/** Opens the services and those that carry calls. */
export async function startServices(options: RunningServicesOptions): Promise<RunningServices> {
  const calls = new ActiveCalls();
  const services = await openServices({ ...options, calls });
  const shutdown = new AbortController();
  const draining = new AbortController();
  const relay = relayDeps({ ...services, calls }, shutdown.signal);
  return {
    ...services,
    calls,
    relay,
    draining,
    shutdown,
    async close() {
      draining.abort();
      shutdown.abort();
      relay.deadlines.close();
      await relay.signatures.flush();
      await services.close();
    },
  };
}

function relayDeps(
  services: Services & { readonly calls: ActiveCalls },
  shutdown: AbortSignal,
): RelayDeps {
  const { settings, ports, store, ledger, pool, upstreams, connections } = services;
  const running: RelayDeps["running"] = new ActiveSet();
  const reachHost = createReachHost((name) => Deno.env.get(name));
  shutdown.addEventListener("abort", () => {
    for (const request of running.list()) request.abort();
  }, { once: true });
  return {
    ports,
    settings,
    pool,
    upstreams,
    ledger,
    deadlines: createDeadlines(ports.clock),
    signatures: createSignatureMemory(store),
    repairs: createRepairMemory(ports.clock),
    filtered: createFilteredRequests(ports.clock),
    nameAt: createNameAt(services.catalog),
    sessions: createSessionMemory(),
    shutdown,
    running,
    calls: services.calls,
    ready: (credential, force) =>
      services.oauth.ready(credential, force, { within: settings.timeoutConnect }),
    // For a credential with its own proxy only the proxy itself can be checked.
    reach: (url, { proxy = url }, ms) => reachHost(proxy, ms),
    connections,
    firstBytes: new FirstBytes(),
    proxyOf: createProxyOf((name) => Deno.env.get(name)),
  };
}

/** Thinking budgets up to so many tokens correspond to a low and a medium effort. */
const LOW_BUDGET = 2_048;
const MEDIUM_BUDGET = 12_288;
const LEVELS: readonly string[] = ["minimal", "low", "medium", "high"];

/** Names models as their source does, by the effort that a request wants. */
function createNameAt(catalog: Pick<Catalog, "nameAt">): NonNullable<RelayDeps["nameAt"]> {
  return (credential, model, request) =>
    SOURCE_TABLE[credential.source].variants
      ? catalog.nameAt(credential.id, model, effortOf(request?.generationConfig))
      : model;
}

/** A native body may contain anything. */
function effortOf(config: unknown): WantedEffort {
  const { thinkingConfig } = (config ?? {}) as { readonly thinkingConfig?: Record<string, unknown> };
  const { thinkingLevel, thinkingBudget } = thinkingConfig ?? {};
  const level = String(thinkingLevel ?? "").toLowerCase();
  if (LEVELS.includes(level)) return level as WantedEffort;
  if (typeof thinkingBudget !== "number" || thinkingBudget < 0) return undefined;
  if (thinkingBudget <= LOW_BUDGET) return thinkingBudget === 0 ? "minimal" : "low";
  return thinkingBudget <= MEDIUM_BUDGET ? "medium" : "high";
}
