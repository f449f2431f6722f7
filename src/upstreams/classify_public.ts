import type { Failure } from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { firstRule, type Rule, see } from "./failure_rule.ts";
import { deadKeyRule, noKeyRule } from "./key_failure.ts";
import { bareForbiddenRule, billedModelRule, modelAccessRule, notFoundRule } from "./model_failure.ts";
import { bareRule, limitRule, prepaidRule, rateReasonRule } from "./quota_failure.ts";
import { requestRule } from "./request_failure.ts";
import { capacityRule, regionRule, robotPageRule, serverRule } from "./server_failure.ts";

/** Reason codes go before messages, named limits before rates, and a bare status comes last. */
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

/** Classifies a failed reply of the public Gemini API to a call with an API key. Pure; what no rule knows is `unknown`. */
export function classifyPublic(input: FailureInput): Failure {
  return firstRule(see(input, "api_key"), RULES);
}
