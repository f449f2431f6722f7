import { Buffer } from "node:buffer";
import { oauthError, unauthenticated } from "./errors.ts";
import type { OAuthState } from "./oauth_state.ts";

/** POST /token: codes once and with their verifier, refresh tokens, and signed assertions of service accounts. */
export async function tokenEndpoint(state: OAuthState, request: Request, self: string): Promise<Response> {
  if (!(request.headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) {
    return oauthError(400, "invalid_request", "Bad Request");
  }
  const form = new URLSearchParams(await request.text());
  if (state.tokenDelay > 0) await new Promise<void>((done) => void state.clock.after(state.tokenDelay, done));
  switch (form.get("grant_type")) {
    case "authorization_code":
      return clientProblem(state, form) ?? await codeGrant(state, form, new URL(self).origin);
    case "refresh_token":
      return clientProblem(state, form) ?? refreshGrant(state, form);
    case "urn:ietf:params:oauth:grant-type:jwt-bearer":
      return await assertionGrant(state, form.get("assertion") ?? "", self);
    default:
      return oauthError(400, "unsupported_grant_type", "Invalid grant_type");
  }
}

function clientProblem(state: OAuthState, form: URLSearchParams): Response | undefined {
  const known = state.clients.get(form.get("client_id") ?? "");
  if (!state.knowsClient || known === undefined) {
    return oauthError(401, "invalid_client", "The OAuth client was not found.");
  }
  const secret = form.get("client_secret");
  if (secret === null) return oauthError(400, "invalid_request", "client_secret is missing.");
  return secret === known ? undefined : oauthError(401, "invalid_client", "Unauthorized");
}

async function codeGrant(state: OAuthState, form: URLSearchParams, issuer: string): Promise<Response> {
  const code = form.get("code") ?? "";
  const issued = state.codes.get(code);
  // A code is deleted when it is presented, valid or not.
  state.codes.delete(code);
  if (issued === undefined) return oauthError(400, "invalid_grant", "Malformed auth code.");
  if (form.get("redirect_uri") !== issued.redirectUri) {
    return oauthError(400, "redirect_uri_mismatch", "Bad Request");
  }
  if (await challengeOf(form.get("code_verifier") ?? "") !== issued.challenge) {
    return oauthError(400, "invalid_grant", "Invalid code verifier.");
  }
  const { email, scope, lasting } = issued;
  const seconds = state.account(email).expiresIn;
  return Response.json({
    access_token: state.issueAccess(email, scope, seconds),
    expires_in: seconds,
    scope,
    token_type: "Bearer",
    ...(lasting ? { refresh_token: state.issueRefresh(email, scope, form.get("client_id") ?? "") } : {}),
    ...(scope.includes("openid") ? { id_token: idToken(form.get("client_id") ?? "", email, issuer) } : {}),
  });
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return Buffer.from(digest).toString("base64url");
}

/** Its signature is never looked at by a client that got it from the token endpoint itself. */
function idToken(client: string, email: string, issuer: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer, aud: client, sub: email, email, iat: now, exp: now + 3_600 };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.${part("unsigned")}`;
}

function refreshGrant(state: OAuthState, form: URLSearchParams): Response {
  // A narrower scope would lose access an hour later.
  if (form.has("scope")) return oauthError(400, "invalid_scope", "Bad Request");
  const token = form.get("refresh_token") ?? "";
  const grant = state.grants.get(token);
  if (grant === undefined) return oauthError(400, "invalid_grant", "Token has been expired or revoked.");
  const account = state.account(grant.email);
  if (account.refresh === "invalid_grant" || (account.refresh === "ends" && account.refreshes > 0)) {
    return oauthError(400, "invalid_grant", "Token has been expired or revoked.");
  }
  if (account.refresh === "unauthorized_client" || grant.client !== form.get("client_id")) {
    return oauthError(401, "unauthorized_client", "Unauthorized");
  }
  if (account.refresh === "unavailable") return new Response("backend error", { status: 503 });
  account.refreshes++;
  const rotates = account.refresh === "rotate";
  if (rotates) state.grants.delete(token);
  return Response.json({
    access_token: state.issueAccess(grant.email, grant.scope, account.expiresIn),
    expires_in: account.expiresIn,
    scope: grant.scope,
    token_type: "Bearer",
    ...(rotates ? { refresh_token: state.issueRefresh(grant.email, grant.scope, grant.client) } : {}),
  });
}

async function assertionGrant(state: OAuthState, assertion: string, self: string): Promise<Response> {
  const [head = "", body = "", signature = ""] = assertion.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString() || "{}");
  const entry = state.serviceAccounts.get(claims.iss);
  if (entry === undefined) return oauthError(400, "invalid_grant", "Invalid grant: account not found");
  const data = new TextEncoder().encode(`${head}.${body}`);
  const bytes = Buffer.from(signature, "base64url");
  if (!await crypto.subtle.verify("RSASSA-PKCS1-v1_5", entry.publicKey, bytes, data)) {
    return oauthError(400, "invalid_grant", "Invalid JWT Signature.");
  }
  const now = state.clock.now() / 1_000;
  if (claims.aud !== self || claims.exp - claims.iat > 3_600 || claims.iat > now + 60 || claims.exp < now) {
    return oauthError(
      400,
      "invalid_grant",
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    );
  }
  const token = state.issueAccess(claims.iss, claims.scope, 3_599);
  return Response.json({ access_token: token, expires_in: 3_599, token_type: "Bearer" });
}

/** POST /revoke: one token ends the whole grant. */
export async function revokeEndpoint(state: OAuthState, request: Request): Promise<Response> {
  const token = new URLSearchParams(await request.text()).get("token") ?? "";
  const found = state.grants.get(token) ?? state.tokens.get(token);
  if (found === undefined) return oauthError(400, "invalid_token", "Token expired or revoked");
  state.revokeAll(found.email);
  return Response.json({});
}

export function userinfo(state: OAuthState, request: Request): Response {
  const bearer = state.bearer(request);
  if (bearer === undefined) return unauthenticated();
  const { email } = bearer;
  return Response.json({ id: `id-${email}`, email, verified_email: true, name: "Ada", picture: "" });
}

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

/** Errors that Google shows on its own page, so that the browser never returns. */
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
