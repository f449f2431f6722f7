import { isLoopback } from "../config/mod.ts";
import { err, type Failure, ok, type Result } from "../core/mod.ts";
import type { Cors } from "./cors.ts";
import type { RequestTarget } from "./request_target.ts";
import { isTrustedHost, unknownHost, unknownOrigin } from "./dashboard_origin.ts";

/** Names under which a container reaches its host; DNS rebinding cannot use them. */
const CONTAINER_NAMES = ["host.docker.internal", "host.containers.internal"];

export interface GuardOptions {
  readonly cors?: Pick<Cors, "allows">;
  /** Addresses of fronts. */
  readonly publicUrls?: readonly string[];
  /** Called with each refusal, for the log. */
  readonly onRefused?: (message: string) => void;
}

/** Returns why a request is refused because of its host or origin; undefined when it is not. */
export type RequestGuard = (request: Request, target: RequestTarget) => Result<void, Failure>;

/**
 * Refuses what a web page could send behind the user's back: a foreign Host (DNS rebinding) while the proxy listens on
 * loopback, and a foreign web Origin (unless CORS_ORIGINS names it) or a foreign page's embedding at any time. Programs send no Origin; editors send one that is not http.
 */
export function createRequestGuard(
  host: string,
  { cors, publicUrls = [], onRefused = () => {} }: GuardOptions = {},
): RequestGuard {
  const names = [host, ...CONTAINER_NAMES, ...publicUrls.map((url) => new URL(url).hostname)];
  const origins = new Set(publicUrls.map((url) => new URL(url).origin));
  const refuse = (message: string) => {
    onRefused(message);
    return err(refusal(message));
  };
  const loopback = isLoopback(host);
  /** Clients use one or two host names: the last good one is not checked again. */
  let lastHost: string | undefined;
  const isOurs = (request: Request): boolean => {
    const named = request.headers.get("host");
    if (named !== null && named === lastHost) return true;
    if (!isTrustedHost(request, names)) return false;
    lastHost = named ?? undefined;
    return true;
  };
  return (request, target) => {
    if (loopback && !isOurs(request)) return refuse(unknownHost(request));
    if (isForeignFetch(request)) return refuse("Web pages of other sites may not call this proxy");
    const origin = request.headers.get("origin");
    if (cors?.allows(origin) === true) return ok(undefined);
    if (origin === null || !/^(https?:|null$)/i.test(origin) || origin === target.url.origin) {
      return ok(undefined);
    }
    if (origins.has(origin)) return ok(undefined);
    return refuse(unknownOrigin(origin));
  };
}

/**
 * A picture, script or frame of another site's page: browsers send no Origin with those. Following a link does
 * not count.
 */
function isForeignFetch({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return headers.get("sec-fetch-mode") === "no-cors" ||
    (headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") !== "document");
}

function refusal(message: string): Failure {
  return {
    class: "invalid_request",
    status: 403,
    code: "forbidden_origin",
    message,
    scope: "request",
  };
}
