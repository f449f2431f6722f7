/**
 * Checks whether a connection to the host of a URL succeeds within a time: TCP, and TLS for https. Concurrent checks of one
 * host share one try. Always true where the environment names a proxy for it, as nothing is known then.
 */
export function createReachHost(env: (name: string) => string | undefined) {
  const trying = new Map<string, Promise<boolean>>();
  const proxyOf = createProxyOf(env);
  return (url: string, ms: number): Promise<boolean> => {
    if ((proxyOf(url) ?? proxyOf(url.replace(/^http:/, "https:"))) !== undefined) {
      return Promise.resolve(true);
    }
    const { protocol, hostname, port, host } = new URL(url);
    // A proxy of another kind (SOCKS) is left to fetch.
    if (!/^https?:$/.test(protocol)) return Promise.resolve(true);
    const secure = protocol === "https:";
    const name = `${protocol}${host}`;
    const current = trying.get(name) ??
      connects({ hostname: bare(hostname), port: Number(port) || (secure ? 443 : 80) }, secure, ms)
        .finally(() => trying.delete(name));
    trying.set(name, current);
    return current;
  };
}

async function connects(
  to: { readonly hostname: string; readonly port: number },
  secure: boolean,
  ms: number,
): Promise<boolean> {
  const signal = AbortSignal.timeout(ms);
  try {
    const connection = await Deno.connect({ ...to, signal });
    if (secure) await shakesHands(connection, to.hostname, signal);
    else connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Throws when the other side stays silent; an untrusted certificate is an answer too. */
async function shakesHands(connection: Deno.TcpConn, hostname: string, signal: AbortSignal): Promise<void> {
  const tls = await Deno.startTls(connection, { hostname });
  const silent = Promise.withResolvers<never>();
  const give = () => {
    tls.close();
    silent.reject(signal.reason);
  };
  signal.addEventListener("abort", give, { once: true });
  try {
    await Promise.race([tls.handshake().catch(() => {}), silent.promise]);
    if (!signal.aborted) tls.close();
  } finally {
    signal.removeEventListener("abort", give);
  }
  signal.throwIfAborted();
}

/** `[::1]` without brackets, for a socket. */
function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** Reads a variable of the environment. */
type Env = (name: string) => string | undefined;

/** Loopback hosts, which must never be reached through a proxy. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];
const NO_PROXY_NAMES = ["NO_PROXY", "no_proxy"];
/** Variables that name a proxy, by what goes through it; the first that is set counts. */
const PROXY_NAMES = {
  all: ["ALL_PROXY", "all_proxy"],
  secure: ["HTTPS_PROXY", "https_proxy"],
  plain: ["HTTP_PROXY", "http_proxy"],
} as const;

/**
 * Returns the outgoing proxy that the platform's fetch uses for a URL by the environment, as host and port; undefined for
 * none. User and password are left out.
 */
export function createProxyOf(env: Env): (url: string) => string | undefined {
  const first = (...names: readonly string[]) =>
    names.map((name) => env(name)?.trim() ?? "").find((one) => one !== "");
  const all = first(...PROXY_NAMES.all);
  const secure = first(...PROXY_NAMES.secure) ?? all;
  const plain = first(...PROXY_NAMES.plain) ?? all;
  const none = (first(...NO_PROXY_NAMES) ?? "").toLowerCase().split(",").map((one) => one.trim()).filter(
    Boolean,
  );
  return (url) => {
    const parsed = URL.parse(url);
    if (parsed === null) return undefined;
    const proxy = parsed.protocol === "https:" ? secure : plain;
    if (proxy === undefined || goesDirect(parsed.hostname.replace(/^\[|\]$/g, ""), none)) return undefined;
    return URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`)?.host || "of the environment";
  };
}

function goesDirect(host: string, none: readonly string[]): boolean {
  return none.some((one) => {
    const name = one.replace(/^\*?\./, "");
    return one === "*" || host === name || (name !== "" && host.endsWith(`.${name}`));
  });
}

/**
 * Excludes loopback and `hosts` from the environment's proxy: calls to oneself carry the owner's token. Must run
 * before the first fetch; child processes inherit it. Changes nothing where the environment names no proxy.
 */
export function keepCallsHome(hosts: readonly string[] = []): void {
  if (Object.values(PROXY_NAMES).flat().every((name) => (Deno.env.get(name) ?? "").trim() === "")) return;
  for (const name of NO_PROXY_NAMES) {
    // The platform reads the first one that is set, so both are set.
    const there = (Deno.env.get(name) ?? Deno.env.get(other(name)) ?? "").split(",").map((one) => one.trim());
    const all = new Set([...there, ...LOOPBACK, ...hosts].filter((one) => one !== ""));
    Deno.env.set(name, [...all].join(","));
  }
}

function other(name: string): string {
  return name === "NO_PROXY" ? "no_proxy" : "NO_PROXY";
}
