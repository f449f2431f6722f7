import { createGoogleOAuthConfig } from "deno-kv-oauth";
import * as oauth from "oauth4webapi";
import type { Settings } from "../config/mod.ts";
import { type OAuthCredential, ok, SOURCE_TABLE } from "../core/mod.ts";
import { createClientVersion, oldClientWarning } from "../upstreams/mod.ts";
import { type OAuthOutcome, type Provider, PROVIDERS, type SourceState } from "./contract.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { refuse } from "./problem.ts";

const SCOPE = "https://www.googleapis.com/auth/";

/** The minimal scopes of a sign-in; private scopes make ordinary clients fail at the consent page. */
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

/** Fields that name an OAuth client, as an account keeps them. */
export interface ClientNames {
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** The client for new sign-ins of a source. */
export function configuredClient({ oauth }: Settings, provider: Provider): ClientNames {
  const { clientId, clientSecret } = { ...oauth.default, ...oauth[provider] };
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
}

/** True when the account's token was issued to another client than the configured one. */
export function hasOtherClient(settings: Settings, account: OAuthCredential): boolean {
  return account.clientId !== undefined &&
    account.clientId !== configuredClient(settings, account.source).clientId;
}

/** The client to which an account's token was issued: only that one can refresh it. */
export function clientOf(settings: Settings, account: OAuthCredential): OAuthOutcome<OAuthClient> {
  const { clientId, clientSecret } = account;
  const names = hasOtherClient(settings, account) && clientId !== undefined
    ? { clientId, ...(clientSecret === undefined ? {} : { clientSecret: clientSecret.reveal() }) }
    : undefined;
  return oauthClient(settings, account.source, names);
}

/**
 * The configured client of a source, or `names` in its place; the program has none of its own, so without a
 * configured one the source is off.
 */
export function oauthClient(
  settings: Settings,
  provider: Provider,
  names?: ClientNames,
): OAuthOutcome<OAuthClient> {
  const configured = configuredClient(settings, provider);
  if (configured.clientId === undefined) return refuse(503, "source_off", offReason(provider));
  const { clientId = configured.clientId, clientSecret } = names ?? configured;
  const { scopes } = { ...settings.oauth.default, ...settings.oauth[provider] };
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
  const prefix = SOURCE_TABLE[provider].settingPrefix;
  return `${
    NAMES[provider]
  } is off: set OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET (or their ${prefix} forms) to an OAuth client ` +
    "that Google allows for it, then start again.";
}

/** Whether each source has a client, and drawbacks of the settings. */
export function sourceStates(
  { settings, version }: Pick<OAuthOptions, "settings" | "version">,
): readonly SourceState[] {
  return PROVIDERS.map((source) => {
    const client = oauthClient(settings, source);
    const warning = source === "antigravity"
      ? oldClientWarning(settings.antigravityUserAgent, version ?? createClientVersion())
      : undefined;
    return {
      source,
      ...(client.ok ? { on: true } : { on: false, reason: client.error.message }),
      ...(warning === undefined ? {} : { warning }),
    };
  });
}

export function sourceName(provider: Provider): string {
  return NAMES[provider];
}

/** True for addresses on this machine, which alone may use plain http. */
export function mayBePlain(address: string): boolean {
  const url = new URL(address);
  return url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}
