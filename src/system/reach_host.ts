import { createProxyOf } from "./proxy_of.ts";

/**
 * Says whether a connection to the host of a URL comes about within a time: TCP, and TLS where the URL asks for it. Of several
 * who ask for one host at once, one tries. Where the environment names a proxy for it, it is always true: nothing is known then.
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

/** Throws when the other side stays silent; a certificate that is not trusted is an answer too. */
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

/** `[::1]` as a socket wants it. */
function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
