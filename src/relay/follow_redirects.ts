import type { UpstreamRequest } from "../upstreams/contract.ts";

const MOST_REDIRECTS = 5;
const LOCAL_NAME_REGEXP = /(?:^|\.)localhost\.?$/;
/** As URLs write them. */
const ADDRESS_REGEXP = /^(?:[\d.]+|\[.*\])$/;

/**
 * Follows the redirects of a download. The key is sent only to the API's own address. A redirect never leads
 * from Google to this machine, to a private network or to an address without TLS.
 */
export async function followRedirects(
  ask: (request: UpstreamRequest) => Promise<Response>,
  request: UpstreamRequest,
): Promise<Response> {
  let response = await ask(request);
  let at = new URL(request.url);
  const start = at;
  for (let count = 0; isRedirect(response) && count < MOST_REDIRECTS && request.method === "GET"; count++) {
    const target = URL.parse(response.headers.get("location") ?? "", at);
    if (target === null || !await isAllowed(target, start)) return response;
    await response.body?.cancel();
    const own = target.origin === start.origin && isSamePath(target, start);
    const headers = own ? request.headers : withoutKey(request.headers);
    response = await ask({ ...request, url: target.href, headers });
    at = target;
  }
  return response;
}

function isRedirect({ status }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

async function isAllowed(target: URL, start: URL): Promise<boolean> {
  const { protocol, hostname } = target;
  if (protocol === "http:") return start.protocol === "http:" && target.host === start.host;
  if (protocol !== "https:") return false;
  if (hostname === start.hostname) return true;
  if (!ADDRESS_REGEXP.test(hostname)) return !LOCAL_NAME_REGEXP.test(hostname);
  // It needs Node's network, which takes time at a start: paid with the first such redirect.
  const { isPublicAddress } = await import("./public_address.ts");
  return isPublicAddress(hostname.replace(/^\[|\]$/g, ""));
}

/** True for the API itself, which needs the key; other paths of the host are downloads with their own authorisation. */
function isSamePath(target: URL, start: URL): boolean {
  return target.pathname.split("/")[1] === start.pathname.split("/")[1];
}

function withoutKey(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(x-goog-api-key|authorization|cookie)$/i.test(name)),
  );
}
