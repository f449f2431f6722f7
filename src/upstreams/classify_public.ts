import type { Failure } from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { failed, firstRule, type Rule, see, type Seen } from "./failure_rule.ts";
import { bareForbiddenRule, billedModelRule, modelAccessRule, notFoundRule } from "./model_failure.ts";
import { bareRule, limitRule, prepaidRule, rateReasonRule } from "./quota_failure.ts";
import { requestRule } from "./request_failure.ts";
import { capacityRule, regionRule, robotPageRule, serverRule } from "./server_failure.ts";

const KEYS_PAGE = "https://aistudio.google.com/apikey";
const CONSOLE_PAGE = "https://console.cloud.google.com/apis/credentials";
const API_PAGE = "https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com";
const BILLING_PAGE = "https://console.cloud.google.com/billing";

interface Refusal {
  readonly code: string;
  /** The key alone, or all keys of its project. */
  readonly scope: "credential" | "project";
  readonly message: string;
  readonly link: string;
}

const INVALID: Refusal = {
  code: "invalid_api_key",
  scope: "credential",
  message: "Google does not know this API key; replace it.",
  link: KEYS_PAGE,
};
const EXPIRED: Refusal = {
  code: "invalid_api_key",
  scope: "credential",
  message: "This API key has expired; renew it, or check it again if it was made a moment ago.",
  link: KEYS_PAGE,
};
const SUSPENDED: Refusal = {
  code: "key_suspended",
  scope: "project",
  message: "Google has suspended this API key or its project; use another key.",
  link: KEYS_PAGE,
};
const RESTRICTED: Refusal = {
  code: "key_restricted",
  scope: "credential",
  message:
    "This API key is restricted so that it may not call the Gemini API from here; change its restrictions in the Google " +
    "Cloud console, under Credentials.",
  link: CONSOLE_PAGE,
};
const BILLING: Refusal = {
  code: "billing_not_active",
  scope: "project",
  message: "Google asks for active billing on the project of this API key; enable it or use another key.",
  link: BILLING_PAGE,
};

const BY_REASON: Readonly<Record<string, Refusal>> = {
  API_KEY_INVALID: INVALID,
  CONSUMER_SUSPENDED: SUSPENDED,
  ACCOUNT_STATE_INVALID: SUSPENDED,
  API_KEY_SERVICE_BLOCKED: RESTRICTED,
  API_KEY_HTTP_REFERRER_BLOCKED: RESTRICTED,
  API_KEY_IP_ADDRESS_BLOCKED: RESTRICTED,
  API_KEY_ANDROID_APP_BLOCKED: RESTRICTED,
  API_KEY_IOS_APP_BLOCKED: RESTRICTED,
  BILLING_DISABLED: BILLING,
  SERVICE_DISABLED: {
    code: "api_not_enabled",
    scope: "project",
    message:
      "The Gemini API is not enabled in the project of this API key; switch it on in the Google Cloud console, under " +
      "APIs & Services, then check the key again.",
    link: API_PAGE,
  },
};

/** For bodies without a reason; each matches the beginning of Google's message, so that text of a caller cannot match. */
const BY_MESSAGE: readonly (readonly [statuses: readonly number[], RegExp, Refusal])[] = [
  [[400], /^api key (not valid|not found)/i, INVALID],
  [[400], /^api key expired/i, EXPIRED],
  [[403], /^your api key was reported as leaked/i, {
    code: "key_leaked",
    scope: "credential",
    message: "Google has switched this API key off because it was found in public; replace it.",
    link: KEYS_PAGE,
  }],
  [[403], /^permission denied: consumer .* has been suspended/i, SUSPENDED],
  [[403], /^your project has been denied access/i, SUSPENDED],
  [[403], /^requests (from|to this) .* (are|is) blocked/i, RESTRICTED],
  // deno-lint-ignore geminitro/linear-regexps -- a message has at most 2,000 characters
  [[403], /has not been used in project .* before or it is disabled/i, BY_REASON["SERVICE_DISABLED"]!],
];

function refusalOf({ error, status }: Seen): Refusal | undefined {
  if (/^api key expired/i.test(error.message) && error.reason === "API_KEY_INVALID") return EXPIRED;
  const byReason = Object.hasOwn(BY_REASON, error.reason) ? BY_REASON[error.reason] : undefined;
  if (byReason !== undefined) return byReason;
  const byMessage = BY_MESSAGE.find(([statuses, pattern]) =>
    statuses.includes(status) && pattern.test(error.message)
  );
  if (byMessage !== undefined) return byMessage[2];
  if (error.status === "FAILED_PRECONDITION" && /billing/i.test(error.message)) return BILLING;
  return status === 401 && error.status === "UNAUTHENTICATED" ? INVALID : undefined;
}

/** Google no longer accepts this key, or not before its owner changes something. */
const deadKeyRule: Rule = (seen) => {
  if (seen.error.form !== "json") return undefined;
  const refusal = refusalOf(seen);
  return refusal && failed(seen, { class: "credential_dead", stated: true, ...refusal });
};

/** Cooldown of the source when its keys do not reach Google. */
const HEADER_LOSS_REST = 60_000;

/** No key reached Google: something on the way removed the header, so no key is at fault. */
const noKeyRule: Rule = (seen) =>
  seen.status === 403 && /^method doesn't allow unregistered callers/i.test(seen.error.message)
    ? failed(seen, {
      class: "misconfigured",
      scope: "source",
      stated: true,
      until: seen.now + HEADER_LOSS_REST,
      code: "no_api_key_sent",
      message:
        "No API key reached Google; check GEMINI_API_URL and any outbound proxy for one that removes headers.",
    })
    : undefined;

/** Reason codes come before messages, named limits before rates, and a bare status last. */
const RULES: readonly Rule[] = [
  robotPageRule,
  capacityRule,
  limitRule,
  prepaidRule,
  rateReasonRule,
  bareRule,
  regionRule,
  billedModelRule,
  deadKeyRule,
  noKeyRule,
  modelAccessRule,
  notFoundRule,
  bareForbiddenRule,
  requestRule,
  serverRule,
];

/** Classifies a failed reply of the public Gemini API to a call with an API key. Pure; without a matching rule `unknown`. */
export function classifyPublic(input: FailureInput): Failure {
  return firstRule(see(input, "api_key"), RULES);
}
