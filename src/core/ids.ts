declare const brand: unique symbol;

/** A string that only its own parser or generator can make. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Names one stored credential for its whole life; never derived from the secret. */
export type CredentialId = Branded<"CredentialId">;
/** Names one client request; sent back as `x-request-id`. */
export type RequestId = Branded<"RequestId">;
/** Names one client token; the owner's own token is `OWNER`. */
export type ClientId = Branded<"ClientId">;

/** The client id under which calls with PROXY_API_KEY are counted. */
export const OWNER: ClientId = "owner" as ClientId;

/** Account tiers; PRIORITY_TIER_MULTIPLIERS gives each a factor on the concurrency limit. */
export const TIERS = ["free", "standard", "premium", "enterprise"] as const;
export type Tier = typeof TIERS[number];
