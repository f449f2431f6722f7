import type { OAuthState } from "./oauth_state.ts";

const SCOPE = "https://www.googleapis.com/auth/";
const GRANTED = new Set([
  `${SCOPE}cloud-platform`,
  `${SCOPE}userinfo.email`,
  `${SCOPE}userinfo.profile`,
  "openid",
]);
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Pages that Google registers with its own programs' clients alone. */
const CODE_PAGES = new Set([
  "https://antigravity.google/oauth-callback",
  "https://codeassist.google.com/authcode",
]);

/** Google's consent page: it checks the client's request, then signs the current user in at once. */
export function consentPage(state: OAuthState, url: URL, issuer: string): Response {
  const asked = url.searchParams;
  const problem = pageProblem(state, asked);
  if (problem !== undefined) return errorPage(problem);
  if (state.consent === "never_returns") {
    return errorPage("This app doesn't comply with Google's OAuth 2.0 policy");
  }
  const back = new URL(asked.get("redirect_uri") ?? "");
  back.searchParams.set("state", asked.get("state") ?? "");
  back.searchParams.set("iss", issuer);
  if (state.consent === "deny") {
    back.searchParams.set("error", "access_denied");
    return redirect(back);
  }
  const code = state.mint("4/sim-code-");
  state.codes.set(code, {
    email: state.signsInAs,
    redirectUri: asked.get("redirect_uri") ?? "",
    challenge: asked.get("code_challenge") ?? "",
    scope: asked.get("scope") ?? "",
    lasting: asked.get("access_type") === "offline" && asked.get("prompt") === "consent" &&
      !state.withholdRefreshToken,
  });
  back.searchParams.set("code", code);
  back.searchParams.set("scope", asked.get("scope") ?? "");
  return redirect(back);
}

/** Faults that Google shows on its own page, so that the browser never comes back. */
function pageProblem(state: OAuthState, asked: URLSearchParams): string | undefined {
  if (!state.knowsClient || !state.clients.has(asked.get("client_id") ?? "")) {
    return "Error 401: invalid_client";
  }
  const redirectUri = URL.parse(asked.get("redirect_uri") ?? "");
  const loops = redirectUri?.protocol === "http:" && LOOPBACK.has(redirectUri.hostname);
  if (!loops && !(state.codePages && CODE_PAGES.has(redirectUri?.href ?? ""))) {
    return "Error 400: redirect_uri_mismatch";
  }
  if (asked.get("response_type") !== "code") return "Error 400: unsupported_response_type";
  const scopes = (asked.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (scopes.length === 0 || scopes.some((scope) => !GRANTED.has(scope))) return "Error 400: invalid_scope";
  if ((asked.get("state") ?? "").length < 20) return "Error 400: invalid_request (state)";
  const challenge = asked.get("code_challenge") ?? "";
  if (asked.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge)) {
    return "Error 400: invalid_request (code_challenge)";
  }
  return undefined;
}

function errorPage(text: string): Response {
  return new Response(`<html><body><h1>Access blocked</h1><p>${text}</p></body></html>`, {
    status: 400,
    headers: { "content-type": "text/html" },
  });
}

function redirect(to: URL): Response {
  return new Response(null, { status: 302, headers: { location: to.href } });
}
