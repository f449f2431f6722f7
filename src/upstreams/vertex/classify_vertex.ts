import type { Failure } from "../../core/mod.ts";
import { deadAccountRule, permissionRule, staleTokenRule } from "../account_failure.ts";
import type { FailureInput } from "../contract.ts";
import { failed, firstRule, type Rule, see } from "../failure_rule.ts";
import { bareForbiddenRule, billedModelRule, modelAccessRule, notFoundRule } from "../model_failure.ts";
import { bareRule, limitRule, rateReasonRule } from "../quota_failure.ts";
import { requestRule } from "../request_failure.ts";
import { capacityRule, regionRule, robotPageRule, serverRule } from "../server_failure.ts";

/** The project has Vertex AI or its billing disabled: its owner must act. */
const projectRule: Rule = (seen) =>
  seen.error.reason === "SERVICE_DISABLED" || seen.error.reason === "BILLING_DISABLED"
    ? failed(seen, {
      class: "credential_dead",
      scope: "project",
      stated: true,
      code: "api_disabled",
      link: "https://console.cloud.google.com/apis/library/aiplatform.googleapis.com",
      message:
        "The Vertex AI API or billing is switched off in this account's project; enable it, then check the account again.",
    })
    : undefined;

/** `Publisher Model projects/x/locations/y/publishers/google/models/z was not found or your project does not have access to it.` */
const publisherModelRule: Rule = (seen) =>
  seen.status === 404 && /publisher model/i.test(seen.error.message)
    ? notFoundRule({ ...seen, error: { ...seen.error, message: "Requested entity was not found." } })
    : undefined;

const RULES: readonly Rule[] = [
  robotPageRule,
  capacityRule,
  limitRule,
  rateReasonRule,
  bareRule,
  regionRule,
  billedModelRule,
  projectRule,
  deadAccountRule,
  staleTokenRule,
  permissionRule,
  modelAccessRule,
  publisherModelRule,
  notFoundRule,
  bareForbiddenRule,
  requestRule,
  serverRule,
];

/** Classifies a failed reply of Vertex AI. Pure; without a matching rule `unknown`. */
export function classifyVertex(input: FailureInput): Failure {
  return firstRule(see(input, "vertex"), RULES);
}
