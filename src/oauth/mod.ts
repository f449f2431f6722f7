/**
 * Accounts that need a sign-in instead of a key: sign-in, imports, access tokens, projects and quotas of
 * Antigravity, Gemini CLI and Vertex AI. A sign-in needs a client of the user's own and the warning confirmed,
 * is valid once and only for the browser that began it; a token is refreshed once for all waiting calls; tokens
 * are stored encrypted and never shown. Never brings a client, a project or a secret of its own, and never
 * decides which account serves a call.
 *
 * @module
 */
export * from "./contract.ts";
export { createOAuth } from "./create_oauth.ts";
export { pooledQuota } from "./quota_answer.ts";
export type { OAuthOptions, QuotaPort } from "./oauth_options.ts";
export { LOW_FRACTION } from "./quota_poller.ts";
export { OAUTH_WARNING } from "./problem.ts";
