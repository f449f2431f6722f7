/** Outcomes by which calls are filtered; empty for any. */
export const callClasses = {
  "": "Any outcome",
  ok: "Answered",
  quota: "Quota of the day",
  rate_limit: "Limit of the minute",
  overloaded: "Google overloaded",
  credential_dead: "Dead key",
  invalid_request: "Caller's mistake",
  blocked: "Blocked by Google",
  transport: "Network",
  client_gone: "Client left",
  refused: "Refused before it became a call",
} as Readonly<Record<string, string>>;

/** Classes of failures as reasons. */
export const callReasons = {
  invalid_request: "the client's mistake",
  client_gone: "the client left",
  credential_dead: "the key is dead",
  credential_stale: "a sign-in had expired",
  misconfigured: "misconfigured",
  rate_limit: "rate limit (RPM or TPM)",
  quota: "daily quota (RPD)",
  not_on_tier: "not in the key's tier",
  model_gone: "the model is gone",
  overloaded: "Google is overloaded",
  empty_reply: "an empty answer",
  blocked: "blocked by Google",
  region_blocked: "blocked for this region",
  transport: "the network",
  ambiguous_429: "rate limit, kind unknown",
  unknown: "unknown",
} as Readonly<Record<string, string>>;

/** Remedies of refusals, by status: a sentence, the page that helps, and the label of its link. */
export const refusalRemedies = {
  400: ["The body is not one that this API takes. The message names the field.", ""],
  401: [
    "The client sent no token, or a wrong one.",
    "/dashboard/settings#tokens",
    "See client tokens",
  ],
  403: [
    "This client may not use this model: its token does not allow it.",
    "/dashboard/settings#tokens",
    "See client tokens",
  ],
  404: [
    "No key has this model. Give the name to a model that you have, as an alias.",
    "/dashboard/models#names",
    "Make an alias",
  ],
  413: ["The request is larger than MAX_BODY_BYTES allows.", "/dashboard/settings", "See the settings"],
  429: ["The client's own limit is used up.", "/dashboard/settings#tokens", "See client tokens"],
} as Readonly<Record<number, readonly [sentence: string, href: string, action?: string]>>;
