import { Hono } from "hono";
import { OWNER } from "../core/mod.ts";
import { createCallbackApp, createRequestGuard, passFault, type PeerInfo } from "../http/mod.ts";
import {
  type ApiPorts,
  type Authorized,
  createApi,
  createLocalClient,
  failureResponse,
} from "../management/mod.ts";
import type { LocalClient } from "../management/client.ts";
import type { EventSubscription, LedgerRoom } from "../ledger/mod.ts";
import type { Access } from "./access.ts";
import type { Rooms } from "./rooms.ts";

/** The management API as others reach it, and as the dashboard's pages reach it inside the process. */
export interface Management {
  readonly api: Hono<{ Bindings: PeerInfo }>;
  /** The API as functions, with the owner's rights. */
  readonly client: LocalClient;
  /** Asks with the owner's rights. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** Ends open event streams. */
  endStreams(): void;
}

/** Makes the management API over the rooms. */
export function managementApp(
  rooms: Rooms,
  access: Access,
  more: Omit<ApiPorts, "oauth">,
): Management {
  const { admin, settings, ports } = rooms;
  const streams = new Set<EventSubscription>();
  const apiPorts = { ...more, oauth: rooms.oauth };
  const ledger = trackedLedger(rooms.ledger, streams);
  const now = () => ports.clock.now();
  const guard = createRequestGuard(settings.host);
  const peers = new WeakMap<Request, string>();
  const foreign = (request: Request) => {
    const checked = guard(request, new URL(request.url));
    return checked.ok ? undefined : failureResponse(checked.error, now());
  };
  const auth = (request: Request): Authorized => {
    const url = new URL(request.url);
    const checked = access.gate.check(request, url, peers.get(request) ?? "");
    return checked.ok ? { ok: true, client: checked.value } : { ok: false, failure: checked.error };
  };
  const onFault = (error: Error) =>
    ledger.log("error", "oauth", "The sign-in failed inside the proxy", { error: error.message });
  const callback = createCallbackApp({ oauth: rooms.oauth, onFault });
  const api = createApi({ ...apiPorts, admin, ledger, now, auth });
  const inside = createApi({
    ...apiPorts,
    admin,
    ledger,
    now,
    auth: () => ({ ok: true, client: { id: OWNER, name: "owner", owner: true } }),
  });
  return {
    api: mounted(callback, api, peers, foreign),
    client: createLocalClient({
      ...apiPorts,
      admin,
      ledger,
      client: { id: OWNER, name: "owner", owner: true },
    }),
    ask: async (path, init) => await inside.request(path, init),
    endStreams() {
      for (const stream of streams) stream.close();
      streams.clear();
    },
  };
}

/** The API below its own paths, told who the peer is. Foreign hosts and origins get nothing, not even what is open to all. */
function mounted(
  callback: Hono,
  api: Hono,
  peers: WeakMap<Request, string>,
  foreign: (request: Request) => Response | undefined,
): Hono<{ Bindings: PeerInfo }> {
  const app = new Hono<{ Bindings: PeerInfo }>().onError(passFault);
  const both = new Hono().onError(passFault).route("/", callback).route("/", api);
  for (const path of ["/api/*", "/metrics", "/oauth-callback"]) {
    app.all(path, (c) => {
      peers.set(c.req.raw, c.env?.peer ?? "");
      return foreign(c.req.raw) ?? both.fetch(c.req.raw);
    });
  }
  return app;
}

/** Knows who listens, so that an orderly end need not wait for listeners that never leave. */
function trackedLedger(ledger: LedgerRoom, streams: Set<EventSubscription>): LedgerRoom {
  return {
    ...ledger,
    subscribe(lastEventId) {
      const subscription = ledger.subscribe(lastEventId);
      const tracked = {
        events: subscription.events,
        close() {
          streams.delete(tracked);
          subscription.close();
        },
      };
      streams.add(tracked);
      return tracked;
    },
  };
}
