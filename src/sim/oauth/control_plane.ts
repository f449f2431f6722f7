import { isObject } from "../../core/mod.ts";
import type { SimAccount } from "./accounts.ts";
import { badRequest, googleError, notFound, unknownName } from "./errors.ts";
import type { OAuthState } from "./oauth_state.ts";
import { refusalFor } from "./trouble.ts";
import { ANTIGRAVITY_MODELS, CLI_MODELS, DEPRECATED } from "./turn_answer.ts";

type Body = Record<string, unknown>;

/** An accepted call of the control plane. */
export interface ControlCall {
  readonly host: string;
  readonly account: SimAccount;
  readonly body: Body;
  /** The client's version, as its user agent says it. */
  readonly version: readonly number[];
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  loadCodeAssist: ["cloudaicompanionProject", "metadata", "mode"],
  onboardUser: ["tierId", "cloudaicompanionProject", "metadata"],
  fetchAvailableModels: ["project"],
  retrieveUserQuota: ["project", "userAgent"],
  retrieveUserQuotaSummary: ["project"],
};

/** Methods other than generating; undefined for unknown ones. */
export function controlPlane(state: OAuthState, method: string, call: ControlCall): Response | undefined {
  const fields = FIELDS[method];
  if (fields === undefined) return undefined;
  const stranger = Object.keys(call.body).find((name) => !fields.includes(name));
  if (stranger !== undefined) return unknownName(stranger, "");
  const polled = method.startsWith("retrieveUserQuota")
    ? refusalFor(call.account.pollTrouble, "")
    : undefined;
  if (polled !== undefined) return polled;
  switch (method) {
    case "loadCodeAssist":
      return loadCodeAssist(call);
    case "onboardUser":
      return onboardUser(state, call);
    case "fetchAvailableModels":
      return call.host === "cli" ? notFound() : fetchAvailableModels(call);
    case "retrieveUserQuota":
      return Response.json({ buckets: cliBuckets(call) });
    default:
      return call.host === "cli" ? notFound() : Response.json({ groups: summaryGroups(state, call) });
  }
}

const FREE = { id: "free-tier", name: "Free", isDefault: true, userDefinedCloudaicompanionProject: false };

function loadCodeAssist({ account, body, host }: ControlCall): Response {
  const metadata = body["metadata"];
  const kind = isObject(metadata) ? metadata["ideType"] : undefined;
  if (kind !== (host === "cli" ? "IDE_UNSPECIFIED" : "ANTIGRAVITY")) {
    return badRequest("Invalid metadata.", "metadata");
  }
  switch (account.tier) {
    case "free":
      return Response.json({
        currentTier: FREE,
        allowedTiers: [FREE],
        ...projectOf(account),
        ...(account.managed === undefined ? {} : { gcpManaged: account.managed }),
      });
    case "not_onboarded":
      return Response.json({
        allowedTiers: [{ id: "legacy-tier" }, FREE],
        ...(account.ineligible.length === 0 ? {} : { ineligibleTiers: account.ineligible }),
      });
    case "standard_without_project":
      return Response.json({ currentTier: { id: "standard-tier", name: "Standard" }, ...told(body) });
    case "unsupported_client":
      return ineligible(
        "UNSUPPORTED_CLIENT",
        "Gemini CLI is no longer offered for this account. Use Antigravity.",
      );
    case "unsupported_location":
      return ineligible("UNSUPPORTED_LOCATION", "Your current account is not eligible in your location.");
    case "validation_required":
      return ineligible(
        "VALIDATION_REQUIRED",
        "Verify your account.",
        "https://accounts.example.com/verify?flow=1",
      );
  }
}

const told = (body: Body) =>
  typeof body["cloudaicompanionProject"] === "string"
    ? { cloudaicompanionProject: body["cloudaicompanionProject"] }
    : {};

function projectOf(account: SimAccount) {
  if (account.project === "") return {};
  return { cloudaicompanionProject: account.projectAsObject ? { id: account.project } : account.project };
}

function ineligible(reasonCode: string, reasonMessage: string, validationUrl?: string): Response {
  const tier = {
    reasonCode,
    reasonMessage,
    tierId: "free-tier",
    ...(validationUrl ? { validationUrl } : {}),
  };
  return Response.json({ ineligibleTiers: [tier] });
}

function onboardUser(state: OAuthState, { account, body, host }: ControlCall): Response {
  const fault = account.onboardFaults[host];
  if (fault !== undefined && fault !== "lost") return badRequest(fault);
  if (body["tierId"] === "free-tier" && body["cloudaicompanionProject"] !== undefined) {
    return googleError(412, { status: "FAILED_PRECONDITION", message: "Precondition Failed" });
  }
  if (!["free-tier", "legacy-tier", "standard-tier"].includes(String(body["tierId"]))) {
    return badRequest("Invalid tier.", "tierId");
  }
  const name = `operations/${state.mint("onboard-")}`;
  if (fault === "lost") {
    // The next sign-up at this host is remembered.
    delete account.onboardFaults[host];
    return Response.json({ name, done: false });
  }
  state.operations.set(name, { email: account.email, looks: account.onboardLooks });
  return operation(state, name);
}

/** GET v1internal/operations/...: done after as many polls as the account is set to. */
export function operation(state: OAuthState, name: string): Response {
  const running = state.operations.get(name);
  if (running === undefined) return notFound();
  if (running.looks-- > 0) return Response.json({ name, done: false });
  const account = state.account(running.email);
  if (account.onboardWithout) return Response.json({ name, done: true, response: {} });
  account.tier = "free";
  const response = { cloudaicompanionProject: { id: account.project, name: account.project } };
  return Response.json({ name, done: true, response });
}

function fetchAvailableModels({ account, version }: ControlCall): Response {
  const listed = Object.entries(account.models === undefined ? ANTIGRAVITY_MODELS : named(account.models));
  const models = Object.fromEntries(
    // Reported: the list leaves newer models out for older clients, silently.
    listed.filter(([id]) => !id.startsWith("gemini-3.8") || !isBelow(version, [2, 11, 0])).map(
      ([id, model]) => {
        const budget = account.quotas[/^(claude|gpt)/.test(id) ? "third_party" : "gemini"]["5h"];
        const resetTime = new Date(budget.resetsAt).toISOString();
        return [id, { ...model, quotaInfo: { remainingFraction: budget.fraction, resetTime } }];
      },
    ),
  );
  return Response.json({ models, deprecatedModelIds: DEPRECATED, defaultAgentModelId: "gemini-pro-agent" });
}

const named = (ids: readonly string[]): typeof ANTIGRAVITY_MODELS =>
  Object.fromEntries(ids.map((id) => [id, { displayName: id, supportsThinking: true }]));

function cliBuckets({ account }: ControlCall) {
  return CLI_MODELS.map((modelId) => ({
    modelId,
    tokenType: "REQUESTS",
    remainingFraction: account.quotas.gemini["5h"].fraction,
    resetTime: new Date(account.quotas.gemini["5h"].resetsAt).toISOString(),
  }));
}

/** The second host does not know of the first one's use and states that everything is left. */
function summaryGroups(state: OAuthState, { account, host }: ControlCall) {
  const groups = [["gemini", "Gemini Models", "gemini"], [
    "third_party",
    "Claude and GPT models",
    "3p",
  ]] as const;
  return groups.map(([group, displayName, prefix]) => ({
    displayName,
    buckets: (["5h", "weekly"] as const).map((window) => {
      const { fraction, resetsAt, disabled } = account.quotas[group][window];
      const truth = { remainingFraction: fraction, resetTime: new Date(resetsAt).toISOString() };
      const sentinel = {
        remainingFraction: 1,
        resetTime: new Date(state.clock.now() + 18_000_000).toISOString(),
      };
      return {
        bucketId: `${prefix}-${window}`,
        displayName: window === "5h" ? "Five Hour Limit" : "Weekly Limit",
        window,
        ...(disabled === true ? { disabled } : {}),
        ...(host === "prod" ? sentinel : truth),
      };
    }),
  }));
}

/** The version in a user agent, as three numbers; zeros where there is none. */
export function versionOf(agent: string): readonly number[] {
  return /(\d+)\.(\d+)\.(\d+)/.exec(agent)?.slice(1).map(Number) ?? [0, 0, 0];
}

/** True when a version comes before `least`. */
export function isBelow(version: readonly number[], least: readonly number[]): boolean {
  const at = version.findIndex((part, index) => part !== least[index]);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}
