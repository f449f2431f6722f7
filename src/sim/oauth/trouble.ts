import { budgetsOf, type SimAccount, type SimTrouble } from "./accounts.ts";
import { bare429, googleError, unauthenticated } from "./errors.ts";
import type { HostFault } from "./oauth_state.ts";

/** A host's answer while it has a fault; undefined when it has none. */
export function hostTrouble(fault: HostFault | undefined): Response | undefined {
  if (fault === undefined) return undefined;
  if (fault === "bare_429") return bare429();
  if (fault === "old_version") {
    return googleError(503, {
      status: "UNAVAILABLE",
      message:
        "This version of Antigravity is no longer supported. Please update to receive the latest features.",
    });
  }
  return googleError(503, { status: "UNAVAILABLE", message: "The service is currently unavailable." });
}

/** The OAuth client's project may not use the private API. */
export function clientNotAllowed(clientId: string): Response {
  const consumer = `projects/${clientId.split("-")[0]}`;
  return googleError(403, {
    status: "PERMISSION_DENIED",
    message: `Cloud Code Private API has not been used in project ${consumer} before or it is disabled.`,
    reason: "SERVICE_DISABLED",
    domain: "googleapis.com",
    metadata: { consumer, service: "cloudcode-pa.googleapis.com", serviceTitle: "Cloud Code Private API" },
  });
}

/** The refusal that an account gets instead of a turn; undefined without one. */
export function accountTrouble(account: SimAccount, model: string): Response | undefined {
  return refusalFor(account.trouble, model);
}

/** Google's words for a trouble. */
export function refusalFor(trouble: SimTrouble | undefined, model: string): Response | undefined {
  switch (trouble) {
    case undefined:
      return undefined;
    case "bare_429":
      return bare429();
    case "unauthenticated":
      return unauthenticated();
    case "permission":
      return googleError(403, {
        status: "PERMISSION_DENIED",
        message: "The caller does not have permission",
      });
    case "validation_required":
      return googleError(403, {
        status: "PERMISSION_DENIED",
        message: "To continue, verify your account at the link below.",
        reason: "VALIDATION_REQUIRED",
        metadata: { validation_url: "https://accounts.example.com/verify?flow=1" },
      });
    case "banned":
      return googleError(403, {
        status: "PERMISSION_DENIED",
        message: "This service has been disabled in this account for violation of Terms of Service.",
        reason: "TOS_VIOLATION",
        metadata: { appeal_url: "https://forms.example.com/appeal" },
      });
    case "rate_limit":
      return googleError(429, {
        status: "RESOURCE_EXHAUSTED",
        message: "You have exhausted your capacity on this model. Your quota will reset after 0s.",
        reason: "RATE_LIMIT_EXCEEDED",
        metadata: { model, quotaResetDelay: "479.417207ms" },
        retryDelay: "0.479417207s",
      });
    case "capacity":
      return googleError(503, {
        status: "UNAVAILABLE",
        message: `No capacity available for model ${model} on the server`,
        reason: "MODEL_CAPACITY_EXHAUSTED",
        metadata: { model },
        retryDelay: "39s",
      });
    case "stale_project":
      return staleProject("projects/some-old-project");
    case "project_off":
      return googleError(403, {
        status: "PERMISSION_DENIED",
        message:
          "Gemini for Google Cloud API has not been used in project some-project before or it is disabled.",
        reason: "SERVICE_DISABLED",
        domain: "googleapis.com",
        metadata: { consumer: "projects/some-project", service: "cloudaicompanion.googleapis.com" },
      });
    case "named_user":
      return googleError(403, {
        status: "PERMISSION_DENIED",
        message:
          "You must be a named user on your organization's Gemini Code Assist Standard edition subscription.",
      });
    // These come as turns.
    case "withdrawn":
    case "empty":
    case "thoughts":
      return undefined;
  }
}

/** The refusal when the call's project is no longer the account's. */
export function staleProject(consumer: string): Response {
  return googleError(403, {
    status: "PERMISSION_DENIED",
    message: `Cloud Code Private API has not been used in project ${consumer} before or it is disabled.`,
    reason: "SERVICE_DISABLED",
    domain: "googleapis.com",
    metadata: { consumer, service: "cloudcode-pa.googleapis.com" },
  });
}

/** A budget that is used up; both durations are stated, as Google does. */
export function quotaTrouble(account: SimAccount, model: string, now: number): Response | undefined {
  const empty = Object.values(budgetsOf(account, model)).filter((budget) => budget.fraction === 0);
  if (empty.length === 0) return undefined;
  const resetsAt = Math.max(...empty.map((budget) => budget.resetsAt));
  const seconds = Math.max(0, (resetsAt - now) / 1_000);
  return googleError(429, {
    status: "RESOURCE_EXHAUSTED",
    message: `You have exhausted your capacity on this model. Your quota will reset after ${
      Math.floor(seconds)
    }s.`,
    reason: "QUOTA_EXHAUSTED",
    metadata: {
      uiMessage: "true",
      model,
      quotaResetDelay: `${seconds}s`,
      quotaResetTimeStamp: new Date(resetsAt).toISOString(),
    },
    retryDelay: `${seconds}s`,
  });
}
