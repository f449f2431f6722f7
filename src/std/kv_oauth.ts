/**
 * OAuth clients in the shape of deno-kv-oauth. Its helpers are not here: they open the database when they are imported and
 * know browser sessions only, so sign-in is done by `src/oauth` with oauth4webapi, the database passed in.
 *
 * @module
 */

/** One OAuth client at one provider. */
export interface OAuth2ClientConfig {
  readonly clientId: string;
  /** Absent for public clients. */
  readonly clientSecret?: string;
  readonly authorizationEndpointUri: string;
  readonly tokenUri: string;
  readonly defaults: { readonly scope: readonly string[] };
}

export interface GoogleOAuthOptions {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scope: readonly string[];
  /** Default: Google's. */
  readonly authorizationEndpointUri?: string;
  /** Default: Google's. */
  readonly tokenUri?: string;
}

/** Google's endpoints with the given client. */
export function createGoogleOAuthConfig({ scope, ...client }: GoogleOAuthOptions): OAuth2ClientConfig {
  return {
    authorizationEndpointUri: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUri: "https://oauth2.googleapis.com/token",
    ...client,
    defaults: { scope },
  };
}
