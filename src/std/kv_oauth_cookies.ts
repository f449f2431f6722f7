/** How the site cookie is set; the same for all helpers. */
export interface CookieOptions {
  readonly name?: string;
  readonly domain?: string;
  readonly path?: string;
  readonly sameSite?: "Strict" | "Lax";
}

export function isHttps(url: string | URL): boolean {
  return new URL(url).protocol === "https:";
}

/** Under https the `__Host-` prefix ties a cookie to this host; plain http (loopback) cannot have it. */
function nameOf(request: Request, name: string, options: CookieOptions): string {
  return options.name ??
    (isHttps(request.url) && options.domain === undefined && options.path === undefined
      ? `__Host-${name}`
      : name);
}

export function cookieOf(request: Request, name: string, options: CookieOptions = {}): string | undefined {
  const wanted = nameOf(request, name, options);
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key = "", value = ""] = pair.trim().split(/=(.*)/s);
    if (key === wanted && /^[\w-]{1,128}$/.test(value)) return value;
  }
  return undefined;
}

export function setCookie(
  response: Response,
  request: Request,
  name: string,
  value: string,
  maxAgeMs: number,
  options: CookieOptions = {},
): void {
  const parts = [
    `${nameOf(request, name, options)}=${value}`,
    `Path=${options.path ?? "/"}`,
    `Max-Age=${Math.floor(maxAgeMs / 1000)}`,
    "HttpOnly",
    // Lax, because the browser comes back from the provider's site.
    `SameSite=${options.sameSite ?? "Lax"}`,
    ...(options.domain === undefined ? [] : [`Domain=${options.domain}`]),
    ...(isHttps(request.url) ? ["Secure"] : []),
  ];
  response.headers.append("set-cookie", parts.join("; "));
}

export function clearedCookie(
  response: Response,
  request: Request,
  name: string,
  options: CookieOptions = {},
): void {
  setCookie(response, request, name, "", 0, options);
}

/** Where to go afterwards: `?success_url=`, else the page that led here; always a path of this site. */
export function successPath(request: Request): string {
  const here = new URL(request.url);
  const asked = here.searchParams.get("success_url") ?? request.headers.get("referer");
  const url = asked === null ? null : URL.parse(asked, here.origin);
  if (url === null || url.origin !== here.origin) return "/";
  // A path that begins with two slashes would name another host.
  return `/${url.pathname.replace(/^[/\\]+/, "")}${url.search}`;
}
