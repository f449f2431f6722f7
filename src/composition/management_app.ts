import { Hono } from "hono";
import { type Failure, OWNER } from "../core/mod.ts";
import {
  createCallbackApp,
  createRequestGuard,
  OpenStreams,
  passFault,
  type PeerInfo,
  RequestTarget,
} from "../http/mod.ts";
import {
  type ApiPorts,
  type Authorized,
  createApi,
  createLocalClient,
  failureResponse,
} from "../management/mod.ts";
import { type Access, guardOptions } from "./access.ts";
import { compressed } from "./dashboard_mount.ts";
import type { Management } from "./management_on_use.ts";
import type { RunningServices } from "./running_services.ts";

/** Makes the management API over the services. */
export function managementApp(
  services: RunningServices,
  access: Access,
  more: Omit<ApiPorts, "oauth">,
): Management {
  const { admin, settings, ports, ledger } = services;
  const streams = new OpenStreams(ports.clock);
  const apiPorts = { ...more, oauth: services.oauth };
  const now = () => ports.clock.now();
  const guard = createRequestGuard(settings.host, guardOptions(services));
  const peers = new WeakMap<Request, string>();
  const foreign = (request: Request) => {
    const checked = guard(request, new RequestTarget(request.url));
    return checked.ok ? undefined : failureResponse(checked.error, now());
  };
  const auth = async (request: Request): Promise<Authorized> => {
    const target = new RequestTarget(request.url);
    const checked = await access.gate.check(request, target, peers.get(request) ?? "");
    return checked.ok ? { ok: true, client: checked.value } : { ok: false, failure: checked.error };
  };
  const onFault = (error: Error) =>
    ledger.log("error", "oauth", "The sign-in failed inside the proxy", { error: error.message });
  const callback = createCallbackApp({ oauth: services.oauth, onFault });
  const api = createApi({ ...apiPorts, admin, ledger, now, auth });
  return {
    api: mounted(new Hono().onError(passFault).route("/", callback).route("/", api), {
      arrived: (request, peer) => peers.set(request, peer),
      async refused(request) {
        const refusal = foreign(request);
        if (refusal !== undefined || !changes(request)) return refusal;
        // No change is accepted that would be lost.
        const trouble = await services.home.look();
        return trouble === undefined ? undefined : failureResponse(notKept(trouble), now());
      },
      answered(request, response) {
        if (request.method !== "GET") return response;
        return streams.watch(response, async () => (await auth(request)).ok);
      },
    }),
    client: createLocalClient({
      ...apiPorts,
      admin,
      ledger,
      client: { id: OWNER, name: "owner", owner: true },
    }),
    endStreams: () => streams.endAll(),
  };
}

function changes({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

function notKept(trouble: string): Failure {
  return {
    class: "misconfigured",
    status: 503,
    code: "data_lost",
    scope: "request",
    message: `Nothing can be changed now. ${trouble}`,
  };
}

interface Mounting {
  readonly arrived: (request: Request, peer: string) => void;
  readonly refused: (request: Request) => Promise<Response | undefined>;
  readonly answered: (request: Request, response: Response) => Response;
}

/**
 * Mounts the API at its paths with the peer's address. Foreign hosts and origins get nothing, not even public
 * endpoints.
 */
function mounted(api: Hono, mounting: Mounting): Hono<{ Bindings: PeerInfo }> {
  const app = new Hono<{ Bindings: PeerInfo }>().onError(passFault);
  app.use(compressed());
  for (const path of ["/api/*", "/metrics", "/oauth-callback"]) {
    app.all(path, async (c) => {
      const request = c.req.raw;
      mounting.arrived(request, c.env?.peer ?? "");
      return await mounting.refused(request) ?? mounting.answered(request, await api.fetch(request));
    });
  }
  return app;
}
