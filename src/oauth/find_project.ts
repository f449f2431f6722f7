import { err, type Failure, isObject, type JsonObject, ok, type Result, type Tier } from "../core/mod.ts";
import { callCodeAssist, type CallOptions, type CodeAssistService, safeText } from "../upstreams/mod.ts";

/** An account's project and tier at Code Assist. */
export interface FoundProject {
  readonly project?: string;
  readonly tier: Tier;
  /** True when Google says that no company manages the account. */
  readonly consumer?: boolean;
}

/**
 * Finds the project of an account, and onboards the account if necessary; fails with the reason for an account
 * that may not use the service.
 */
export async function findProject(input: FindInput): Promise<Result<FoundProject, Failure>> {
  const { service, accessToken, options } = input;
  const body = { metadata: metadataOf(input), ...own(input) };
  const answer = await callCodeAssist(service, { method: ":loadCodeAssist", body, accessToken }, options);
  // VPC Service Controls hide the answer; such accounts have a licence and their own project.
  if (!answer.ok) return isFenced(answer.error) ? fenced(input, answer.error) : answer;
  const account = readLoaded(answer.value);
  const tier = planOf(account);
  const kind = account.managed === undefined ? {} : { consumer: !account.managed };
  if (account.current !== undefined) {
    const project = account.project ?? input.ownProject;
    if (project !== undefined) return ok({ project, tier, ...kind });
    if (service.needsOwnProject) {
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

/** Failures of the network or the client, which say nothing about the account. */
const ELSEWHERE: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "misconfigured",
  "credential_stale",
  "region_blocked",
]);

/**
 * Converts a refused sign-up to a failure of the account, never of the call that needed it. If Google has stated
 * why a tier is not available, that is the reason.
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
  return service.needsOwnProject && ownProject !== undefined ? { cloudaicompanionProject: ownProject } : {};
}

const isFenced = (failure: Failure) => failure.detail?.includes("SECURITY_POLICY_VIOLATED") ?? false;

function fenced({ ownProject }: FindInput, failure: Failure): Result<FoundProject, Failure> {
  return ownProject === undefined ? err(failure) : ok({ project: ownProject, tier: "standard" });
}

/** Sentences for reasons that a user can resolve; others keep Google's words. */
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

/** A tier as loadCodeAssist names it. */
interface LoadedTier {
  readonly id: string;
  readonly isDefault: boolean;
}

interface IneligibleTier {
  readonly reason: string;
  readonly message: string;
  readonly link?: string;
}

/** The reply of loadCodeAssist; any field may be missing. */
interface LoadedAccount {
  readonly current?: LoadedTier;
  readonly paid?: LoadedTier;
  readonly allowed: readonly LoadedTier[];
  readonly ineligible: readonly IneligibleTier[];
  readonly project?: string;
  /** Whether a company manages the account in Google Cloud; absent when Google does not say. */
  readonly managed?: boolean;
}

function readLoaded(answer: Record<string, unknown>): LoadedAccount {
  const current = tierOf(answer["currentTier"]);
  const paid = tierOf(answer["paidTier"]);
  const project = projectId(answer["cloudaicompanionProject"]);
  return {
    ...(current === undefined ? {} : { current }),
    ...(paid === undefined ? {} : { paid }),
    allowed: list(answer["allowedTiers"]).flatMap((one) => tierOf(one) ?? []),
    ineligible: list(answer["ineligibleTiers"]).map(ineligible),
    ...(project === undefined ? {} : { project }),
    ...(typeof answer["gcpManaged"] === "boolean" ? { managed: answer["gcpManaged"] } : {}),
  };
}

/** The id of a project, which comes as text or in an object; opaque. */
function projectId(value: unknown): string | undefined {
  const id = isObject(value) ? value["id"] : value;
  return typeof id === "string" && id !== "" ? id : undefined;
}

const list = (value: unknown) => Array.isArray(value) ? value.filter(isObject) : [];
const text = (value: unknown) => typeof value === "string" ? value : "";

function tierOf(value: unknown): LoadedTier | undefined {
  if (!isObject(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], isDefault: value["isDefault"] === true };
}

function ineligible(one: Record<string, unknown>): IneligibleTier {
  const link = text(one["validationUrl"]);
  return {
    reason: text(one["reasonCode"]),
    message: text(one["reasonMessage"]) || text(one["validationErrorMessage"]),
    ...(link.startsWith("https://") ? { link } : {}),
  };
}

/** Our tier of an account's plan: a paid plan takes precedence over Code Assist's name for it. */
function planOf({ paid, current }: LoadedAccount): Tier {
  const id = paid?.id ?? current?.id ?? "";
  if (/enterprise/i.test(id)) return "enterprise";
  if (/ultra/i.test(id)) return "premium";
  return /pro|standard/i.test(id) ? "standard" : "free";
}

/** The tier to onboard to, which is never a paid one. */
function tierToJoin({ allowed }: LoadedAccount): string {
  return (allowed.find((tier) => tier.isDefault) ?? allowed[0])?.id ?? "legacy-tier";
}

/** Polling interval for the operation, in milliseconds. */
const PAUSE = 5_000;
/** Polls before giving up: two minutes. */
const MOST_LOOKS = 24;

/** True for refusals that another host may not repeat: a service's hosts do not know of each other's sign-ups. */
const mayDiffer = ({ class: name, code }: Failure) => name === "invalid_request" || code === "no_project";

/** Signs an account up at one host after another, and follows Google's operation until it names the project. */
async function onboard(input: FindInput, account: LoadedAccount): Promise<Result<string, Failure>> {
  let first: Result<string, Failure> | undefined;
  for (const host of input.service.hosts) {
    const service = { ...input.service, hosts: [host] };
    const joined = await onboardAt({ ...input, service }, account);
    if (joined.ok) return joined;
    first ??= joined;
    if (!mayDiffer(joined.error) && joined.error.class !== "transport") break;
  }
  return first ?? err(nothingFound(input.service, false));
}

async function onboardAt(input: FindInput, account: LoadedAccount): Promise<Result<string, Failure>> {
  const { service, accessToken, options, ownProject } = input;
  const tierId = tierToJoin(account);
  // With a project of one's own the free tier is refused (412).
  const project = tierId !== "free-tier" && ownProject !== undefined
    ? { cloudaicompanionProject: ownProject }
    : {};
  const body = { tierId, metadata: metadataOf(input), ...project };
  let answer = await callCodeAssist(service, { method: ":onboardUser", body, accessToken }, options);
  for (let look = 0; answer.ok && answer.value["done"] !== true && look < MOST_LOOKS; look++) {
    await input.pause(PAUSE);
    if (options.signal.aborted) break;
    const name = operationName(answer.value["name"]);
    const call = name === undefined
      ? { method: ":onboardUser", body, accessToken }
      : { method: `/${name}`, accessToken };
    const next = await callCodeAssist(service, call, options);
    // An operation that Google has lost is started again by the next poll.
    answer = !next.ok && name !== undefined && next.error.status === 404 ? { ok: true, value: {} } : next;
  }
  if (!answer.ok) return answer;
  const response = answer.value["response"];
  const found = isObject(response) ? projectId(response["cloudaicompanionProject"]) : undefined;
  return found === undefined ? err(nothingFound(service, answer.value["done"] === true)) : ok(found);
}

/** Checks an operation's name, as it becomes part of a path. */
function operationName(name: unknown): string | undefined {
  return typeof name === "string" && /^operations\/[\w.~-]{1,200}$/.test(name) ? name : undefined;
}

function nothingFound({ source }: CodeAssistService, done: boolean): Failure {
  return {
    class: done ? "credential_dead" : "overloaded",
    status: done ? 403 : 503,
    source,
    scope: done ? "credential" : "request",
    code: "no_project",
    message: done
      ? "Google gave this account no project; sign in once with Google's own program, then check the account again."
      : "Google is still setting this account up; check the account again in a few minutes.",
  };
}

/** Input of the search for an account's project. */
interface FindInput {
  readonly service: CodeAssistService;
  readonly accessToken: string;
  /** The Google Cloud project that the user gave this account, for licences that need one. */
  readonly ownProject?: string;
  readonly options: CallOptions;
  /** Waits between two looks at an operation. */
  readonly pause: (ms: number) => Promise<void>;
}

/** The client, with the project that a licence is charged to. */
function metadataOf({ service, ownProject }: Pick<FindInput, "service" | "ownProject">): JsonObject {
  return service.needsOwnProject && ownProject !== undefined
    ? { ...service.metadata, duetProject: ownProject }
    : service.metadata;
}
