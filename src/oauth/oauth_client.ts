import { createGoogleOAuthConfig } from "deno-kv-oauth";
import * as oauth from "oauth4webapi";
import type { Settings } from "../config/mod.ts";
import { ok } from "../core/mod.ts";
import type { OAuthOutcome, Provider, SourceState } from "./contract.ts";
import { refuse } from "./problem.ts";

const SCOPE = "https://www.googleapis.com/auth/";

/** Everything that a sign-in needs at the least; private scopes make ordinary clients fail at the consent page. */
export const FALLBACK_SCOPES: readonly string[] = [
  `${SCOPE}cloud-platform`,
  `${SCOPE}userinfo.email`,
  `${SCOPE}userinfo.profile`,
  "openid",
];

/** The user's OAuth client for one source, and Google's endpoints for it. */
export interface OAuthClient {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly scopes: readonly string[];
}

const NAMES: Readonly<Record<Provider, string>> = { antigravity: "Antigravity", gemini_cli: "Gemini CLI" };

/** The configured client of a source; there is none of our own, so without one the source is off. */
export function oauthClient(settings: Settings, provider: Provider): OAuthOutcome<OAuthClient> {
  const { clientId, clientSecret, scopes } = { ...settings.oauth.default, ...settings.oauth[provider] };
  if (clientId === undefined) return refuse(503, "source_off", offReason(provider));
  const config = createGoogleOAuthConfig({
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    scope: scopes === undefined || scopes.length === 0 ? FALLBACK_SCOPES : scopes,
    authorizationEndpointUri: settings.googleAuthUrl,
    tokenUri: settings.googleTokenUrl,
  });
  return ok({
    server: {
      ...serverOf(settings),
      authorization_endpoint: config.authorizationEndpointUri,
      token_endpoint: config.tokenUri,
    },
    client: { client_id: config.clientId },
    authentication: config.clientSecret === undefined
      ? oauth.None()
      : oauth.ClientSecretPost(config.clientSecret),
    scopes: config.defaults.scope,
  });
}

/** Google's endpoints, or their stand-ins. */
export function serverOf({ googleAuthUrl, googleTokenUrl }: Settings): oauth.AuthorizationServer {
  return {
    issuer: new URL(googleAuthUrl).origin,
    authorization_endpoint: googleAuthUrl,
    token_endpoint: googleTokenUrl,
    revocation_endpoint: googleTokenUrl.replace(/token(?=\/?$)/, "revoke"),
  };
}

function offReason(provider: Provider): string {
  const prefix = provider === "antigravity" ? "ANTIGRAVITY_" : "GEMINI_CLI_";
  return `${
    NAMES[provider]
  } is off: set OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET (or their ${prefix} forms) to an OAuth client ` +
    "that Google allows for it, then start again.";
}

/** Whether each source has a client. */
export function sourceStates(settings: Settings): readonly SourceState[] {
  return (["antigravity", "gemini_cli"] as const).map((source) => {
    const client = oauthClient(settings, source);
    return client.ok ? { source, on: true } : { source, on: false, reason: client.error.message };
  });
}

export function sourceName(provider: Provider): string {
  return NAMES[provider];
}

/** Stand-ins on this machine speak plain http; nothing else may. */
export function mayBePlain(address: string): boolean {
  const url = new URL(address);
  return url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}
