import { plural, wholeNumber } from "../shared/format.ts";

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
  /** Causes of refusals before a call, by status. */
  refusals: {
    400: "Refused: the body cannot be read",
    401: "Refused: no token, or a wrong one",
    403: "Refused: the client may not use this",
    404: "Refused: an unknown model or path",
    413: "Refused: the body is too large",
    429: "Refused: the client's own limit",
  } as Readonly<Record<number, string>>,
  links: {
    addKeys: "Add keys",
    deadKeys: "See dead keys",
    keys: "See the keys",
    logs: "See the logs",
    models: "Names and fallbacks",
    settings: "See the settings",
    signIn: "Sign in again",
    tokens: "See client tokens",
  },
  press: {
    target: "Model to answer in its place",
    check: "Check now",
    checkWill: (count: number) =>
      count === 1
        ? "Asks Google about the key again; if it works, it serves at once."
        : `Asks Google about the ${count} keys again; those that work serve at once.`,
    checked: (well: number, count: number, why: string) =>
      `${well} of ${plural(count, "key", "keys")} ${well === 1 ? "works" : "work"}.${
        why === "" ? "" : ` ${why}`
      }`,
    lift: "Lift cooldowns",
    liftWill: (count: number) =>
      `Lets ${plural(count, "key", "keys")} be asked again before the time is over.`,
    lifted: (count: number) => `${plural(count, "key", "keys")} may be asked again.`,
    off: "Switch off",
    offWill: (count: number) => `Asks ${plural(count, "key", "keys")} no more until you switch on again.`,
    offDone: (count: number) => `${plural(count, "key is", "keys are")} off.`,
    fallback: "Set the fallback",
    fallbackWill: (model: string) => `Another model answers while ${model} cannot; its callers see no error.`,
    fallbackDone: (model: string, target: string) => `${target} answers while ${model} cannot.`,
    alias: "Make the alias",
    aliasWill: (name: string) => `${name} becomes another name of the model that you choose.`,
    aliasDone: (name: string, target: string) => `${name} leads to ${target} now.`,
    budget: "Raise the limit",
    budgetWill: (name: string, before: number, after: number, unit: string) =>
      `Raises what ${name} may use from ${wholeNumber(before)} to ${wholeNumber(after)} (${unit}).`,
    budgetDone: (name: string, after: number) => `${name} may use ${wholeNumber(after)} now.`,
    undone: "It is as it was before.",
  },
  /** Causes and remedies of reasons. */
  remedies: {
    invalid_request: "The client sends what Google or this proxy cannot take; the message names the field.",
    credential_dead: "Google refuses the key for good: replace it, or remove it.",
    credential_stale: "A sign-in had run out; it is renewed by itself, or needs you to sign in again.",
    misconfigured: "A source refuses this program; the message says what to set.",
    rate_limit: "Too many requests or tokens a minute: add keys of other projects, or set a fallback.",
    quota: "The day is used up: add keys of other projects, or set a fallback.",
    not_on_tier: "The keys' tier does not include the model.",
    model_gone: "Google does not serve the model any more: make its name an alias of another.",
    overloaded: "Google has too little room for the model: set a fallback.",
    empty_reply: "Google answered without content; asking again often helps.",
    blocked: "Google's rules do not allow the content; another wording or model may.",
    region_blocked: "Google does not serve this network's location: set an outbound proxy on the keys.",
    transport: "Google could not be reached: look at this machine's network.",
    ambiguous_429: "Google refused without saying which limit; the keys rest for a while.",
    unknown: "Google refused for a reason that is not known here; the message is its own.",
    refused: "Each request says why in its own words.",
  } as Readonly<Record<string, string>>,
} as const;
