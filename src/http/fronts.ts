import type { BlockList } from "node:net";
import { nodeModule } from "lazy-node";
import { isTrustedHost } from "./request_guard.ts";

export interface FrontOptions {
  /** Addresses under which others reach the server: origin, and the path below which a reverse proxy serves it. */
  readonly publicUrls: readonly string[];
  /** Addresses and networks whose forwarding headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** The HOST setting. */
  readonly host: string;
}

/** A request as if its client had come without a front. */
export interface Seen {
  readonly request: Request;
  readonly peer: string;
  /** Adapts the answer to the public address: paths, Location headers and cookies. */
  readonly dress: (response: Response) => Promise<Response>;
}

const AS_IT_IS = (response: Response) => Promise.resolve(response);
/** Where a text names a path of ours from the root: behind a quote, a bracket or an equals sign. */
const ROOTED =
  /(["'`(=])\/(?=(?:api|dashboard|build|v1|v1beta|metrics|oauth-callback|theme\.js|favicon\.svg|manifest\.json)(?:["'`/?#$)]|$))/g;
const DRESSED =
  /^(?:text\/html|text\/css|text\/javascript|application\/javascript|application\/manifest\+json)/;
/** Proxies that one may stand behind another. */
const MOST_HOPS = 20;

/** Resolves the client behind reverse proxies. Undefined where none is configured: then requests are used unchanged. */
export function createFronts(options: FrontOptions): ((request: Request, peer: string) => Seen) | undefined {
  const { publicUrls, trustedProxies } = options;
  if (publicUrls.length === 0 && trustedProxies.length === 0) return undefined;
  const places = publicUrls.map(placeOf);
  const names = [options.host, ...places.map(({ name }) => name)];
  const trusted = networksOf(trustedProxies);
  return (request, peer) => {
    const front = isIn(trusted, peer);
    const seen = { request, peer: front ? clientOf(request.headers, peer, trusted) : peer, dress: AS_IT_IS };
    const place = isTrustedHost(request, names) ? placeFor(request, places, front) : undefined;
    return place === undefined
      ? seen
      : { ...seen, request: atPlace(request, place), dress: (response) => dress(response, place) };
  };
}

interface Place {
  readonly origin: string;
  readonly host: string;
  readonly name: string;
  readonly secure: boolean;
  /** Without a slash at the end; empty at the root. */
  readonly base: string;
}

function placeOf(text: string): Place {
  const url = new URL(text);
  const base = url.pathname === "/" ? "" : url.pathname.replace(/\/$/, "");
  return { origin: url.origin, host: url.host, name: url.hostname, secure: url.protocol === "https:", base };
}

/** Which public address a request came by: its Host and path say so, else what a trusted front says, else the only one. */
function placeFor(request: Request, places: readonly Place[], front: boolean): Place | undefined {
  const host = (request.headers.get("host") ?? "").toLowerCase();
  const { pathname } = new URL(request.url);
  const below = (place: Place) => pathname === place.base || pathname.startsWith(`${place.base}/`);
  const named = places.filter((place) => place.host === host || place.name === host.replace(/:\d+$/, ""));
  const found = named.find((place) => place.base !== "" && below(place)) ?? named[0];
  if (found !== undefined || !front) return found;
  const told = (request.headers.get("x-forwarded-host") ?? "").split(",")[0]?.trim().toLowerCase();
  const [only, ...more] = places;
  return places.find((place) => place.host === told) ?? (more.length === 0 ? only : undefined);
}

function atPlace(request: Request, { origin, host, base }: Place): Request {
  const { pathname, search } = new URL(request.url);
  const below = base !== "" && (pathname === base || pathname.startsWith(`${base}/`));
  const path = below ? pathname.slice(base.length) || "/" : pathname;
  const headers = new Headers(request.headers);
  headers.set("host", host);
  // A body that is to be rewritten must not arrive compressed; the platform compresses the result.
  if (base !== "") headers.delete("accept-encoding");
  return new Request(new Request(origin + path + search, request), { headers });
}

async function dress(response: Response, { base, secure }: Place): Promise<Response> {
  const headers = new Headers(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) {
    headers.delete("set-cookie");
    for (const cookie of cookies) headers.append("set-cookie", dressedCookie(cookie, base, secure));
  }
  const { status, statusText } = response;
  const to = headers.get("location");
  if (base === "") {
    return cookies.length === 0 ? response : new Response(response.body, { status, statusText, headers });
  }
  if (to !== null && /^\/(?!\/)/.test(to)) headers.set("location", base + to);
  if (!DRESSED.test(headers.get("content-type") ?? "") || response.body === null) {
    return new Response(response.body, { status, statusText, headers });
  }
  const text = (await response.text()).replace(ROOTED, `$1${base}/`);
  headers.delete("content-length");
  headers.delete("etag");
  return new Response(text, { status, statusText, headers });
}

function dressedCookie(cookie: string, base: string, secure: boolean): string {
  const placed = base === "" ? cookie : cookie.replace(/; Path=\/(?=;|$)/i, `; Path=${base}`);
  return secure && !/; secure(?:;|$)/i.test(placed) ? `${placed}; Secure` : placed;
}

/** The nearest address that is not a trusted proxy: anybody can write the entries before it. */
function clientOf(headers: Headers, peer: string, trusted: BlockList): string {
  const hops = (forwardedFor(headers.get("forwarded")) ?? listOf(headers.get("x-forwarded-for"))).slice(
    -MOST_HOPS,
  );
  let client = peer;
  for (const hop of hops.reverse()) {
    const address = bareAddress(hop);
    if (address === undefined) return client;
    client = address;
    if (!isIn(trusted, address)) return client;
  }
  return client;
}

function listOf(text: string | null): string[] {
  return (text ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
}

/** The `for=` of each hop of RFC 7239, in order; undefined when the header is not there. */
function forwardedFor(text: string | null): string[] | undefined {
  if (text === null) return undefined;
  return listOf(text).map((hop) => {
    const pair = hop.split(";").map((one) => one.trim()).find((one) => /^for=/i.test(one));
    return (pair ?? "").slice(4).replace(/^"|"$/g, "");
  });
}

/** `[::1]:80`, `1.2.3.4:80` and plain addresses; undefined for anything else. */
function bareAddress(text: string): string | undefined {
  const bare = text.startsWith("[")
    ? text.slice(1, text.indexOf("]"))
    : text.replace(/^(\d[\d.]*):\d+$/, "$1");
  return nodeModule("node:net").isIP(bare) === 0 ? undefined : bare;
}

/** Networks as TRUSTED_PROXIES writes them; its parser has checked them. */
function networksOf(texts: readonly string[]): BlockList {
  const { BlockList } = nodeModule("node:net");
  const list = new BlockList();
  for (const text of texts) {
    const [address = "", bits] = text.split("/");
    const family = nodeModule("node:net").isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isIn(list: BlockList, peer: string): boolean {
  const bare = peer.replace(/^::ffff:(?=\d+\.)/i, "");
  const version = nodeModule("node:net").isIP(bare);
  return version !== 0 && list.check(bare, version === 6 ? "ipv6" : "ipv4");
}
