/** What the ends of calls are filtered and told apart by; empty for any. */
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
