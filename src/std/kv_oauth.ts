/**
 * Sign-in with OAuth 2.0 kept in Deno KV, in the shape of deno-kv-oauth, on oauth4webapi. The database is passed in. Every
 * sign-in has its own state and PKCE verifier, may be finished once, and only by the browser that began it.
 *
 * @module
 */
import * as oauth from "oauth4webapi";
import {
  clearedCookie,
  cookieOf,
  type CookieOptions,
  isHttps,
  setCookie,
  successPath,
} from "./kv_oauth_cookies.ts";
import { OAUTH_SESSION_MS, SessionRecords, SITE_SESSION_MS } from "./kv_oauth_sessions.ts";

export type { CookieOptions } from "./kv_oauth_cookies.ts";

/** One OAuth client at one provider. */
export interface OAuth2ClientConfig {
  readonly clientId: string;
  /** Absent for public clients. */
  readonly clientSecret?: string;
  readonly authorizationEndpointUri: string;
  readonly tokenUri: string;
  readonly redirectUri: string;
  /** Checked in id tokens. Default: the origin of the authorization endpoint. */
  readonly issuer?: string;
  readonly defaults?: { readonly scope?: string | readonly string[] };
}

export interface GoogleOAuthOptions {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly redirectUri: string;
  readonly scope: string | readonly string[];
  /** Another authorization endpoint, for tests. */
  readonly authorizationEndpointUri?: string;
  readonly tokenUri?: string;
}

/** Google's endpoints with the given client. */
export function createGoogleOAuthConfig(options: GoogleOAuthOptions): OAuth2ClientConfig {
  const { scope, ...client } = options;
  return {
    authorizationEndpointUri: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUri: "https://oauth2.googleapis.com/token",
    issuer: "https://accounts.google.com",
    ...client,
    defaults: { scope },
  };
}

export interface Tokens {
  readonly accessToken: string;
  readonly tokenType: string;
  /** Seconds. */
  readonly expiresIn?: number;
  readonly refreshToken?: string;
  readonly scope?: string;
}

export interface HelperOptions {
  readonly kv: Deno.Kv;
  readonly cookieOptions?: CookieOptions;
  readonly fetch?: (input: string, init?: RequestInit) => Promise<Response>;
  /** Epoch milliseconds. Default: Date.now. */
  readonly now?: () => number;
}

/** The callback cannot be accepted; the message is safe to show. */
export class OAuthCallbackError extends Error {
  override readonly name = "OAuthCallbackError";
}

export interface Helpers {
  /** Redirects to the provider; `urlParams` are added there. `?success_url=/path` says where to go afterwards. */
  signIn(
    request: Request,
    options?: { readonly urlParams?: Readonly<Record<string, string>> },
  ): Promise<Response>;
  /** Finishes a sign-in. Throws an OAuthCallbackError for a foreign, repeated, late or refused one. */
  handleCallback(request: Request): Promise<{ response: Response; sessionId: string; tokens: Tokens }>;
  /** Ends the session and redirects to `?success_url=`. */
  signOut(request: Request): Promise<Response>;
  /** The session of a signed-in browser. */
  getSessionId(request: Request): Promise<string | undefined>;
}

const OAUTH_COOKIE = "oauth-session";
const SITE_COOKIE = "site-session";

export function createHelpers(config: OAuth2ClientConfig, options: HelperOptions): Helpers {
  const sessions = new SessionRecords(options.kv, options.now ?? Date.now);
  const site = (request: Request) => cookieOf(request, SITE_COOKIE, options.cookieOptions);

  async function signIn(request: Request, { urlParams = {} }: Parameters<Helpers["signIn"]>[1] = {}) {
    const state = oauth.generateRandomState();
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const id = oauth.generateRandomState();
    const url = await authorizationUrl(config, state, codeVerifier, urlParams);
    await sessions.begin(id, { state, codeVerifier, successUrl: successPath(request) });
    const response = redirect(url.href);
    setCookie(response, request, OAUTH_COOKIE, id, OAUTH_SESSION_MS);
    return response;
  }

  async function handleCallback(request: Request) {
    const id = cookieOf(request, OAUTH_COOKIE);
    const session = id === undefined ? undefined : await sessions.finish(id);
    if (session === undefined) {
      throw new OAuthCallbackError(
        "This sign-in is unknown, too old, or was finished already. Sign in again.",
      );
    }
    const tokens = await exchange(config, new URL(request.url), session, options.fetch);
    const sessionId = oauth.generateRandomState();
    await sessions.open(sessionId);
    const response = redirect(session.successUrl);
    clearedCookie(response, request, OAUTH_COOKIE);
    setCookie(response, request, SITE_COOKIE, sessionId, SITE_SESSION_MS, options.cookieOptions);
    return { response, sessionId, tokens };
  }

  async function signOut(request: Request) {
    const response = redirect(successPath(request));
    const id = site(request);
    if (id === undefined) return response;
    await sessions.close(id);
    clearedCookie(response, request, SITE_COOKIE, options.cookieOptions);
    return response;
  }

  async function getSessionId(request: Request) {
    const id = site(request);
    return id !== undefined && await sessions.isOpen(id) ? id : undefined;
  }

  return { signIn, handleCallback, signOut, getSessionId };
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } });
}

async function authorizationUrl(
  config: OAuth2ClientConfig,
  state: string,
  codeVerifier: string,
  more: Readonly<Record<string, string>>,
): Promise<URL> {
  const url = new URL(config.authorizationEndpointUri);
  const scope = config.defaults?.scope;
  const own = {
    response_type: "code",
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
    ...(scope === undefined ? {} : { scope: [scope].flat().join(" ") }),
  };
  // What protects the sign-in comes last, so that no caller's parameter can replace it.
  for (const [name, value] of Object.entries({ ...more, ...own })) url.searchParams.set(name, value);
  return url;
}

async function exchange(
  config: OAuth2ClientConfig,
  callback: URL,
  session: { readonly state: string; readonly codeVerifier: string },
  fetch: HelperOptions["fetch"],
): Promise<Tokens> {
  const server: oauth.AuthorizationServer = {
    issuer: config.issuer ?? new URL(config.authorizationEndpointUri).origin,
    token_endpoint: config.tokenUri,
  };
  const client: oauth.Client = { client_id: config.clientId };
  const authentication = config.clientSecret === undefined
    ? oauth.None()
    : oauth.ClientSecretPost(config.clientSecret);
  const token = new URL(config.tokenUri);
  const options = {
    [oauth.allowInsecureRequests]: !isHttps(token) && isLoopbackUrl(token),
    ...(fetch === undefined
      ? {}
      : { [oauth.customFetch]: (url: string, init: RequestInit) => fetch(url, init) }),
  };
  try {
    const parameters = oauth.validateAuthResponse(server, client, callback, session.state);
    const { redirectUri } = config;
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      session.codeVerifier,
      options,
    );
    return toTokens(await oauth.processAuthorizationCodeResponse(server, client, response));
  } catch (error) {
    throw new OAuthCallbackError(explain(error), { cause: error });
  }
}

function isLoopbackUrl(url: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

/** The provider's error word is shown only when it is one; its free text never is. */
function explain(error: unknown): string {
  const code = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError
    ? error.error
    : undefined;
  return code !== undefined && /^[a-z_]{1,64}$/.test(code)
    ? `The provider refused the sign-in: ${code}.`
    : "The provider's answer to the sign-in is not valid. Sign in again.";
}

function toTokens(answer: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: answer.access_token,
    tokenType: answer.token_type,
    ...(answer.expires_in === undefined ? {} : { expiresIn: answer.expires_in }),
    ...(answer.refresh_token === undefined ? {} : { refreshToken: answer.refresh_token }),
    ...(answer.scope === undefined ? {} : { scope: answer.scope }),
  };
}
