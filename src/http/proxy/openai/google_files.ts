import { callerFault, type Failure, isObject } from "../../../core/mod.ts";
import type { Arrival, ProxyDeps } from "../proxy_deps.ts";
import { serveResource } from "../resources/mod.ts";

/** One call on Google's own address, with the rights of the client that asked. */
export function inner(deps: ProxyDeps, arrival: Arrival, path: string, init: RequestInit): Promise<Response> {
  const url = new URL(path, arrival.url.origin);
  const request = new Request(url, init);
  return serveResource(deps, { ...arrival, url, request, requestId: deps.ports.newId("req_"), seen: {} });
}

/** A refusal of Google's lane as a failure, to be said in the client's own form. */
export async function failureOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : {};
  const said = typeof error["message"] === "string" ? error["message"] : "Google refused it";
  if (response.status < 500) {
    return callerFault(said, { status: response.status === 403 ? 404 : response.status });
  }
  return { class: "overloaded", status: response.status, message: said, scope: "request" };
}

/** Google's name of a file that an id means. */
export function nameOfFile(id: string): string | undefined {
  const bare = id.replace(/^(?:file[-_]|files\/)/, "");
  return /^[\w-]{1,100}$/.test(bare) ? `files/${bare}` : undefined;
}
