/** Words of the Problems page. */
export const problemsText = {
  notify: "Notify me in this browser when a model is out",
  notifyRefused: "The browser does not allow notifications of this page.",
  title: "Problems",
  lead: "What failed and what was refused in the last day, by reason, with what mends it.",
  day: "The last 24 hours",
  dayNote: "by reason, the latest first",
  none: "Nothing failed in the last day",
  noneDetail: "Failures and refusals appear here, grouped by their reason.",
  refused: "Refused before it became a call",
  times: (count: number, more: boolean) =>
    `${count}${more ? "+" : ""} ${count === 1 ? "request" : "requests"}`,
  first: "first",
  last: "last",
  agents: "Agents",
  models: "Models",
  keys: "Keys",
  see: "See the requests",
  fixed: "not seen for an hour",
  remedies: {
    invalid_request: [
      "The client sends what Google or this proxy cannot take; the message names the field.",
      "",
      "",
    ],
    credential_dead: ["Replace the key, or remove it.", "See dead keys", "/dashboard/keys?status=dead"],
    credential_stale: ["A sign-in had run out; it is renewed by itself.", "See the keys", "/dashboard/keys"],
    misconfigured: [
      "A source refuses this program; the message says what to set.",
      "See the settings",
      "/dashboard/settings",
    ],
    rate_limit: [
      "Too many requests or tokens a minute: add keys of other projects.",
      "Add keys",
      "/dashboard/keys?add",
    ],
    quota: [
      "The day is used up: add keys of other projects, or set a fallback.",
      "Set a fallback",
      "/dashboard/models#names",
    ],
    not_on_tier: ["The keys' tier does not include the model.", "See the models", "/dashboard/models"],
    model_gone: [
      "Google does not serve the model any more: make an alias to another.",
      "Make an alias",
      "/dashboard/models#names",
    ],
    overloaded: [
      "Google has too little room for the model: set a fallback.",
      "Set a fallback",
      "/dashboard/models#names",
    ],
    region_blocked: [
      "Google does not serve this network's location: set an outbound proxy on the keys.",
      "See the keys",
      "/dashboard/keys",
    ],
    transport: [
      "Google could not be reached: look at this machine's network.",
      "See the logs",
      "/dashboard/logs?level=warn",
    ],
    refused: [
      "A wrong token, an unknown model or a body that cannot be read; each request says which.",
      "See client tokens",
      "/dashboard/settings#tokens",
    ],
  } as Readonly<Record<string, readonly [string, string, string]>>,
} as const;
