/** `[::1]:7536` -> `[::1]`, `localhost:7536` -> `localhost`. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

/**
 * True for names that DNS rebinding cannot use: addresses, localhost and the names that the owner configured. A page of
 * another site whose name suddenly points here still sends its own name in Host.
 */
export function isTrustedHost(request: Request, names: readonly string[]): boolean {
  const name = hostName(request.headers.get("host") ?? new URL(request.url).host);
  return isAddress(name) || name === "localhost" || name.endsWith(".localhost") ||
    names.some((allowed) => allowed.toLowerCase() === name);
}

/** The message for a request to an unknown host name; the name is truncated. */
export function unknownHost(request: Request): string {
  const host = (request.headers.get("host") ?? new URL(request.url).host).replace(/[^\w.:[\]-]/g, "").slice(
    0,
    255,
  );
  return `This host name does not belong to the proxy: ${host}. If a reverse proxy or a network of yours leads here by it, ` +
    `set PUBLIC_URLS=https://${host} (or http://, and with the path where there is one) and start again`;
}

/** The message for a page of a foreign origin. */
export function unknownOrigin(origin: string): string {
  const named = origin.replace(/[^\w.:/[\]-]/g, "").slice(0, 255);
  return `Pages of ${named} may not call this proxy. If it is shown under that address, set PUBLIC_URLS=${named}`;
}

/**
 * True when a request comes from a page of this very origin, by Sec-Fetch-Site and Origin. A request that changes
 * nothing may also come from the address bar; one that changes something must prove its origin.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const readOnly = request.method === "GET" || request.method === "HEAD";
  if (site !== null && site !== "same-origin" && !(readOnly && site === "none")) return false;
  if (origin === null) return readOnly || site === "same-origin";
  return URL.canParse(origin) &&
    new URL(origin).host === (request.headers.get("host") ?? new URL(request.url).host);
}
