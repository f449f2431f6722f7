import type { Failure, SourceOf } from "../core/mod.ts";
import {
  deadAccountRule,
  permissionRule,
  serviceDisabledRule,
  staleTokenRule,
  versionRule,
} from "./account_failure.ts";
import type { FailureInput } from "./contract.ts";
import { failed, firstRule, type Rule, see, type Seen } from "./failure_rule.ts";
import { modelAccessRule, notFoundRule, withdrawnRule } from "./model_failure.ts";
import { bareRule, isExhausted, limitRule, prepaidRule, rateReasonRule } from "./quota_failure.ts";
import { requestRule } from "./request_failure.ts";
import { capacityRule, regionRule, robotPageRule, serverRule } from "./server_failure.ts";

/**
 * The budget of five hours, a day or a week is used up. Antigravity keeps one for all models of a vendor, the CLI one for
 * each.
 */
const budgetRule: Rule = (seen) => {
  if (!isExhausted(seen) || seen.error.reason !== "QUOTA_EXHAUSTED") return undefined;
  const { model } = seen.error.metadata;
  const until = seen.hint === undefined ? {} : { until: seen.hint };
  const when = seen.hint === undefined ? "" : ` until ${new Date(seen.hint).toISOString()}`;
  return failed(seen, {
    class: "quota",
    scope: "bucket",
    stated: true,
    ...until,
    limits: [{ kind: "other", ...(model === undefined ? {} : { model }) }],
    code: "rate_limit_exceeded",
    message: `This account's quota for the model ${seen.model} is used up${when}.`,
  });
};

const creditsRule: Rule = (seen) =>
  seen.error.reason === "INSUFFICIENT_G1_CREDITS_BALANCE" ? noCredits(seen) : undefined;

function noCredits(seen: Seen): Failure {
  return failed(seen, {
    class: "quota",
    scope: "account",
    stated: true,
    ...(seen.hint === undefined ? {} : { until: seen.hint }),
    limits: [{ kind: "spend" }],
    code: "rate_limit_exceeded",
    message: "This account has too few AI credits left for the call.",
  });
}

/**
 * A 429 without a reason. Antigravity sends it for requests that it filters (another agent's identity, for example), from
 * any account, so it closes nothing by itself: the pool tries one more account and then takes the request to be at fault.
 */
const bareAccountRule: Rule = (seen) => {
  const failure = bareRule(seen);
  if (failure === undefined || seen.source !== "antigravity") return failure;
  return {
    ...failure,
    scope: "request",
    message:
      "Google refused this request with 429 and named no limit. If other requests are served, it refuses something in " +
      "the request itself, for example the system prompt of another agent; use another source for it.",
  };
};

const BEFORE_PROJECT: readonly Rule[] = [
  robotPageRule,
  versionRule,
  withdrawnRule,
  capacityRule,
  budgetRule,
  creditsRule,
  limitRule,
  prepaidRule,
  rateReasonRule,
  bareAccountRule,
  regionRule,
];
const AFTER_PROJECT: readonly Rule[] = [
  deadAccountRule,
  staleTokenRule,
  permissionRule,
  modelAccessRule,
  notFoundRule,
  requestRule,
  serverRule,
];

/**
 * Classifies a failed reply of Code Assist (Gemini CLI, Antigravity). Pure; without a matching rule `unknown`.
 * `clientProject` is the project number of the OAuth client, the digits its id begins with.
 */
export function classifyCodeAssist(
  input: FailureInput,
  source: SourceOf<"oauth">,
  clientProject?: string,
): Failure {
  return firstRule(see(input, source), [
    ...BEFORE_PROJECT,
    serviceDisabledRule(clientProject),
    ...AFTER_PROJECT,
  ]);
}
