/** Origins that may call from a browser or a desktop app's pages (CORS_ORIGINS). Closed unless the owner names some. */
export interface Cors {
  allows(origin: string | null): origin is string;
  /** The answer to a preflight of an allowed origin; undefined for any other request. */
  preflight(request: Request): Response | undefined;
  /** The same reply, readable by the page that asked. */
  open(request: Request, response: Response): Response;
}

const METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS";
const LONGEST_HEADERS = 2000;
const PREFLIGHT_SECONDS = "600";

/** Patterns are exact origins; a `*` stands for a port, for the first label of a host, or for the rest of an editor's own scheme. */
export function createCors(patterns: readonly string[]): Cors {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wide = patterns.filter((pattern) => pattern.includes("*")).map((pattern) => pattern.split("*"));
  const allows = (origin: string | null): origin is string => {
    if (origin === null || origin.length > 300) return false;
    const name = origin.toLowerCase();
    return exact.has(name) ||
      wide.some(([before = "", after = ""]) =>
        name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after) &&
        isOneWord(name.slice(before.length, name.length - after.length))
      );
  };
  return {
    allows,
    preflight(request) {
      if (request.method !== "OPTIONS") return undefined;
      const { headers } = request;
      const origin = headers.get("origin");
      if (!headers.has("access-control-request-method") || !allows(origin)) return undefined;
      const asked = headers.get("access-control-request-headers") ?? "";
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": METHODS,
          "access-control-max-age": PREFLIGHT_SECONDS,
          vary: "Origin, Access-Control-Request-Headers",
          ...(asked.length <= LONGEST_HEADERS && /^[\w\s,-]+$/.test(asked)
            ? { "access-control-allow-headers": asked }
            : {}),
          ...(headers.get("access-control-request-private-network") === "true"
            ? { "access-control-allow-private-network": "true" }
            : {}),
        },
      });
    },
    open(request, response) {
      if (wide.length === 0 && exact.size === 0) return response;
      const origin = request.headers.get("origin");
      if (!allows(origin) || response.status === 101) return response;
      response.headers.set("access-control-allow-origin", origin);
      response.headers.set("access-control-expose-headers", "*");
      response.headers.append("vary", "Origin");
      return response;
    },
  };
}

function isOneWord(text: string): boolean {
  return /^[a-z0-9_-]+$/.test(text);
}
