import { err, type Failure, type JsonObject, ok, type Result, type Tier } from "../core/mod.ts";
import { callCodeAssist, type CodeAssistService, safeText } from "../upstreams/mod.ts";
import { type FindInput, metadataOf } from "./find_input.ts";
import { onboard } from "./onboard.ts";
import { type IneligibleTier, planOf, readLoaded } from "./tiers.ts";

/** What an account is for Code Assist. */
export interface FoundProject {
  readonly project?: string;
  readonly tier: Tier;
  /** True when Google says that no company manages the account. */
  readonly consumer?: boolean;
}

/** Asks which project serves an account, and signs it up when it never was; an account that may not use the service says why. */
export async function findProject(input: FindInput): Promise<Result<FoundProject, Failure>> {
  const { service, accessToken, options } = input;
  const body = { metadata: metadataOf(input), ...own(input) };
  const answer = await callCodeAssist(service, { method: ":loadCodeAssist", body, accessToken }, options);
  // A company's network fence hides the answer; such accounts have a licence and a project of their own.
  if (!answer.ok) return isFenced(answer.error) ? fenced(input, answer.error) : answer;
  const account = readLoaded(answer.value);
  const tier = planOf(account);
  const kind = account.managed === undefined ? {} : { consumer: !account.managed };
  if (account.current !== undefined) {
    const project = account.project ?? input.ownProject;
    if (project !== undefined) return ok({ project, tier, ...kind });
    if (service.source === "gemini_cli") {
      return err(account.ineligible[0] ? refused(service, account.ineligible[0]) : noProject(service));
    }
  } else {
    const [barrier] = account.ineligible.filter((one) =>
      one.link !== undefined || account.allowed.length === 0
    );
    if (barrier !== undefined) return err(refused(service, barrier));
  }
  const joined = await onboard(input, account);
  return joined.ok
    ? ok({ project: joined.value, tier, ...kind })
    : err(setUpFault(service, account.ineligible, joined.error));
}

/** Failures of the way there or of the client: they say nothing of the account. */
const ELSEWHERE: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "misconfigured",
  "credential_stale",
  "region_blocked",
]);

/**
 * Whatever Google refuses a sign-up with is the account's fault, never that of the call that needed it. Where Google has said of
 * a tier why the account may not have it, that is the reason.
 */
function setUpFault(
  service: CodeAssistService,
  ineligible: readonly IneligibleTier[],
  failure: Failure,
): Failure {
  if (ELSEWHERE.has(failure.class)) return failure;
  if (ineligible[0] !== undefined) return refused(service, ineligible[0]);
  if (failure.class === "credential_dead") return failure;
  const words = failure.message.replace(/^Google refused the request: /, "").slice(0, 300);
  return {
    class: "not_on_tier",
    status: 403,
    source: service.source,
    scope: "account",
    code: "account_setup_failed",
    message:
      `Google does not set this account up: ${words} Sign in once with Google's own program, then check the account.`,
  };
}

function own({ service, ownProject }: FindInput): JsonObject {
  return service.source === "gemini_cli" && ownProject !== undefined
    ? { cloudaicompanionProject: ownProject }
    : {};
}

const isFenced = (failure: Failure) => failure.detail?.includes("SECURITY_POLICY_VIOLATED") ?? false;

function fenced({ ownProject }: FindInput, failure: Failure): Result<FoundProject, Failure> {
  return ownProject === undefined ? err(failure) : ok({ project: ownProject, tier: "standard" });
}

/** Sentences for the reasons that a user can do something about; others are told in Google's words. */
const REASONS: Readonly<Record<string, string>> = {
  UNSUPPORTED_CLIENT:
    "Google serves Gemini CLI sign-ins only with a Standard or Enterprise licence since 18 June 2026; use an API key or Vertex AI.",
  VALIDATION_REQUIRED:
    "Google wants the owner of this account to verify it; open the link, then check the account again.",
  DASHER_USER:
    "Google does not open this service to this company account; ask its administrator or use another.",
  RESTRICTED_AGE: "Google does not open this service to accounts of this age.",
  RESTRICTED_NETWORK: "Google refuses this network; use another one.",
  UNSUPPORTED_LOCATION: "Google does not offer this service in the place that this account calls from.",
};

function refused({ source }: CodeAssistService, { reason, message, link }: IneligibleTier): Failure {
  const told = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  return {
    class: "credential_dead",
    status: 403,
    source,
    scope: "credential",
    code: reason === "VALIDATION_REQUIRED" ? "account_validation_required" : "account_not_eligible",
    message: told ??
      `Google does not open this service to the account: ${safeText(message) || "no reason was given"}`,
    detail: safeText(`ineligible ${reason}`),
    ...(link === undefined ? {} : { link }),
  };
}

/** A licence is charged to a project of the user's, which Google does not name. */
function noProject({ source }: CodeAssistService): Failure {
  return {
    class: "credential_dead",
    status: 403,
    source,
    scope: "credential",
    code: "project_required",
    message:
      "This account's licence needs a Google Cloud project; set the account's project, then check it again.",
  };
}
