const NAME = "geminitro_oauth";
const PATH = "/oauth-callback";
const LIFE_SECONDS = 600;

/** Ties a sign-in to the browser that began it. Lax, because the browser comes back from Google's page. */
export function browserCookie(key: string): string {
  return `${NAME}=${key}; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=${LIFE_SECONDS}`;
}

export function endedCookie(): string {
  return `${NAME}=; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=0`;
}

export function browserKeyOf(request: Request): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  return value !== undefined && /^[\w-]{1,128}$/.test(value) ? value : undefined;
}
