import type { SourceName, SourceOf } from "../../src/core/source.ts";
import { plural, wholeNumber } from "../shared/format.ts";

/** What a cooldown holds back, by its kind; other kinds show as "Resting". */
const restingKinds: Readonly<Record<string, string>> = {
  minute: "RPM or TPM",
  day: "Daily quota",
  quota: "Daily quota",
  rate_limit: "RPM or TPM",
  cooling: "Cooldown",
  not_on_tier: "Not in its tier",
  overloaded: "Overloaded",
  transport: "Network",
};

/** Words of this part of the dashboard. */
export const keysText = {
  title: "Keys",
  lead: "By project, as Google counts: keys of one project share its limits.",
  add: "Add keys",
  checkAll: "Check all",
  checking: (done: number, total: number) => `Checked ${done} of ${total}`,
  checked: (well: number, total: number) => `${well} of ${plural(total, "key", "keys")} work.`,
  signIn: "Sign in with Google",
  filter: "Filter by name, project, tag or model",
  show: "Show",
  tag: "Tag",
  tags: "Tags",
  anyTag: "Any tag",
  tagsHint: "Words to find it by, with commas between them",
  anyStatus: "Any status",
  sort: "Sort by",
  sorts: {
    "": "By project",
    name: "By name",
    status: "Those in trouble first",
    requests: "Most used first",
    errors: "Most errors first",
    priority: "By priority",
    lastUsed: "Last used first",
  } as Readonly<Record<string, string>>,
  select: (name: string) => `Select ${name}`,
  selectAll: "Select all that are shown",
  selected: (count: number) => `${plural(count, "key", "keys")} selected`,
  clearSelection: "Clear selection",
  bulk: "Act on the selected keys",
  bulkProgress: (done: number, total: number) => `${done} of ${total}`,
  bulkDone: (what: string, count: number) => `${what}: ${plural(count, "key", "keys")}.`,
  bulkFailed: (what: string, done: number, failed: readonly string[]) =>
    `${what}: ${done} done, ${failed.length} not. ${failed.slice(0, 2).join("; ")}${
      failed.length > 2 ? "; …" : ""
    }`,
  bulkLift: "Lift cooldowns",
  selectMatching: (count: number) => `Select all ${wholeNumber(count)} that match`,
  addTag: "Add tag",
  removeTag: "Remove tag",
  tagOf: "Tag for the selected keys",
  bulkUndone: (what: string) => `${what} is undone`,
  setTier: "Set tier",
  setProject: "Set project",
  projectOf: "Project for the selected keys",
  shown: (matching: number, all: number) =>
    matching === all ? plural(all, "key", "keys") : `${wholeNumber(matching)} of ${wholeNumber(all)} keys`,
  pages: "Pages of keys",
  previousPage: "Previous",
  nextPage: "Next",
  place: (first: number, last: number, total: number) =>
    `${wholeNumber(first)} to ${wholeNumber(last)} of ${wholeNumber(total)}`,
  day: "Today",
  dayOf: (name: string, used: number, limit: number, model: string) =>
    `${name} today: ${wholeNumber(used)} of ${wholeNumber(limit)} requests of ${model}`,
  hours: "24 h",
  sparkline: (name: string, requests: number, errors: number, retried: number) =>
    `${name} in 24 hours: ${plural(requests, "call", "calls")}, ${wholeNumber(errors)} failed${
      retried === 0 ? "" : `, ${wholeNumber(retried)} tried again`
    }`,
  /** Describes a cooldown: the kind of limit and its scope. */
  resting: (kind: string, scope: string, count: number) => {
    const what = `${restingKinds[kind] ?? "Resting"}${
      scope === "credential" || scope === "source"
        ? ""
        : ` of ${scope.replace(/^model:/, "").replace(/^group:/, "")}`
    }`;
    return count > 1 ? `${what} and ${count - 1} more,` : `${what},`;
  },
  name: "Key",
  status: "Status",
  use: "In use",
  models: "Models",
  requests: "Requests",
  errors: "Errors",
  retriedNote: (count: number) =>
    `${plural(count, "attempt", "attempts")} failed here, and the call was tried again`,
  lastUsed: "Last used",
  usedBefore: "earlier",
  /** The time is only kept in memory. */
  usedBeforeNote: "before the server was last started",
  noProject: "Project not known",
  noProjectNote: "each key counted by itself",
  accounts: "Google accounts",
  accountAsk: "Ask Google for quotas now",
  accountAsking: "Asking Google …",
  accountAgain: "Tried again in",
  accountResets: "resets in",
  accountNotSaid: "not said",
  accountTogether: "Left over all accounts that can serve",
  accountLeft: (left: number, accounts: number, unknown: number) =>
    `${left.toFixed(1)} of ${accounts}${unknown === 0 ? "" : `, ${unknown} not said`}`,
  accountOld: (why: string) => `These numbers are old: ${why}`,
  accountCode: (email: string) => `QR code of the page on which ${email} is verified`,
  accountCannot:
    "Accounts of Antigravity and Gemini CLI serve turns, pictures and token counts. Files, caches, batches, embeddings and the Live API need an API key.",
  accountStates: {
    ready: "Ready",
    needs_set_up: "Needs set-up",
    needs_sign_in: "Sign in again",
    needs_verification: "Needs verification",
    refused: "Refused",
    off: "Off",
  },
  accountsNote: "each account counted by itself",
  projectNote: (active: number, total: number) => `${active} of ${total} can serve`,
  until: "back in",
  emptyTitle: "No keys yet",
  empty: "Paste a Gemini API key, or many at once; each is checked with Google before it is kept.",
  nothing: "No key matches",
  nothingDetail: "Change the filter to see others.",
  unknownKey: "Key",
  details: (name: string) => `Key ${name}`,
  source: "Source",
  label: "Name",
  priority: "Priority",
  priorityHint: "Higher is used first; 0 is usual",
  proxy: "Outbound proxy",
  proxyHint: "http://, https:// or socks5:// address; empty for none",
  proxyIs: (address: string) => `${address} (leave empty to keep it)`,
  cooldowns: "Cooling now",
  noCooldowns: "Nothing is cooling.",
  lift: "Lift",
  liftAll: "Lift all",
  check: "Check now",
  enable: "Switch on",
  disable: "Switch off",
  works: (name: string, models: number) => `${name} works: ${plural(models, "model", "models")}.`,
  fails: (name: string, why: string) => `${name} does not work: ${why}`,
  replace: "Replace this key, keep its name",
  replaceNote:
    "The new key takes the place of this one when Google takes it: name, tags, project, tier, priority, caps and history stay.",
  replaceField: "The new API key",
  replaceButton: "Check and replace",
  replacing: "Asking Google …",
  replaced: (name: string, tail: string) => `${name} is ${tail} now.`,
  replaceUndone: (name: string) => `${name} has its former key again.`,
  removed: (name: string, note: string) => `${name} is removed.${note === "" ? "" : ` ${note}.`}`,
  restored: (name: string) => `${name} is back.`,
  saved: (name: string) => `${name} is saved.`,
  lifted: (name: string) => `${name} may serve again.`,
  addTitle: "Add keys",
  done: "Done",
  suggestions: "These keys seem to share a project",
  suggestionsNote: "keys of one project share its limits, so knowing it avoids refusals",
  sure: (share: string) => `${share} sure`,
  confirm: "They do",
  confirmOf: (names: string) => `Confirm that ${names} share a project`,
  dismiss: "No",
  dismissOf: (names: string) => `${names} do not share a project`,
  confirmed: (count: number, project: string) => `${plural(count, "key is", "keys are")} in ${project} now.`,
  onlyModels: "Only these models",
  allowHint: "Patterns by commas, such as gemini-2.5-*; empty for all",
  neverModels: "Never these models",
  denyHint: "Patterns by commas; empty for none",
  oauthTitle: "Sign in with Google",
  oauthLead: "For accounts of Antigravity and of Gemini CLI. Google's page opens in a new tab.",
  oauthWarn:
    "Google's terms do not allow other software to use these accounts, and Google has suspended some. An API key is the safe way.",
  oauthConfirm: "I have read this and take the risk",
  oauthWaiting: "Waiting for Google's page …",
  oauthTimeout: "Google's page was not answered within ten minutes. Begin again.",
  oauthAdded: (name: string) => `${name} is added.`,
  oauthFile: "Take over a credentials file",
  oauthFiles: (added: number, failed: number) =>
    failed === 0
      ? `${plural(added, "account is", "accounts are")} added.`
      : `${added} added, ${failed} refused.`,
  oauthOpen: "Open Google's page",
  oauthPaste: "Did the page not load at the end? Paste its address",
  oauthFinish: "Finish",
  oauthDone: "The account is added.",
  providers: { antigravity: "Antigravity", gemini_cli: "Gemini CLI" } satisfies Readonly<
    Record<SourceOf<"oauth">, string>
  >,
  sources: {
    api_key: "API key",
    antigravity: "Antigravity",
    gemini_cli: "Gemini CLI",
    vertex: "Vertex AI",
  } satisfies Readonly<Record<SourceName, string>> as Readonly<Record<string, string>>,
} as const;
