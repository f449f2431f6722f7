import { SOURCE_TABLE } from "../core/mod.ts";
import { failed, type Rule, type Seen } from "./failure_rule.ts";

const PERMISSION_LOCK = 30 * 60_000;

interface Refusal {
  readonly code: string;
  readonly message: string;
}

const NO_LICENCE: Refusal = {
  code: "account_not_entitled",
  message: "This Google account or its project may not use the service; check its subscription and project.",
};
const BANNED: Refusal = {
  code: "account_banned",
  message:
    "Google has disabled this account for a violation of its terms; appeal by the link on the dashboard's Keys page, and pause your other accounts.",
};
const VALIDATION: Refusal = {
  code: "account_validation_required",
  message:
    "Google wants the owner of this account to verify it; open the link on the dashboard's Keys page, then check the account again.",
};

const BY_REASON: Readonly<Record<string, Refusal>> = {
  VALIDATION_REQUIRED: VALIDATION,
  TOS_VIOLATION: BANNED,
  SUBSCRIPTION_REQUIRED: NO_LICENCE,
  IAM_PERMISSION_DENIED: NO_LICENCE,
  CONSUMER_INVALID: NO_LICENCE,
  CONSUMER_SUSPENDED: NO_LICENCE,
  SECURITY_POLICY_VIOLATED: NO_LICENCE,
};

/** Refusals recognised only by Google's message. */
const BY_MESSAGE: readonly (readonly [RegExp, Refusal])[] = [
  [/for violation of (the )?terms of service/i, BANNED],
  [/must be a named user/i, {
    code: "account_not_entitled",
    message: "This account has no seat in its organization's subscription; ask its administrator for one.",
  }],
];

const LINK_FIELDS = ["validation_url", "validation_link", "appeal_url"] as const;

function linkOf({ error }: Seen): string | undefined {
  const stated = LINK_FIELDS.map((name) => error.metadata[name]).find((url) => url !== undefined);
  const link = stated ?? error.links[0];
  return link?.startsWith("https://") ? link : undefined;
}

/** The account is off until its owner does something. */
export const deadAccountRule: Rule = (seen) => {
  const { error, status } = seen;
  const byMessage = status === 403
    ? BY_MESSAGE.find(([pattern]) => pattern.test(error.message))?.[1]
    : undefined;
  const refusal = byMessage ?? (Object.hasOwn(BY_REASON, error.reason) ? BY_REASON[error.reason] : undefined);
  if (refusal === undefined || status < 400) return undefined;
  const link = linkOf(seen);
  return failed(seen, {
    class: "credential_dead",
    scope: refusal === BANNED || refusal === VALIDATION ? "account" : "credential",
    stated: true,
    ...refusal,
    ...(link === undefined ? {} : { link }),
  });
};

/** The access token is old or revoked; one refresh shows which. */
export const staleTokenRule: Rule = (seen) =>
  seen.status === 401
    ? failed(seen, {
      class: "credential_stale",
      scope: "credential",
      code: "access_token_expired",
      message:
        "Google does not take the access token of this account; if a new one does not help, sign in again.",
    })
    : undefined;

/**
 * The API is off in a project. In the one of the OAuth client (Google names it by number) no account can call it; else this
 * account's own project is out of date and is looked up again.
 */
export function serviceDisabledRule(clientProject: string | undefined): Rule {
  return (seen) => {
    const { reason, metadata } = seen.error;
    if (reason !== "SERVICE_DISABLED") return undefined;
    const consumer = (metadata["consumer"] ?? "").replace(/^projects\//, "");
    const ofClient = clientProject === undefined ? /^\d+$/.test(consumer) : consumer === clientProject;
    return ofClient && metadata["service"] === "cloudcode-pa.googleapis.com"
      ? wrongClient(seen)
      : staleProject(seen);
  };
}

function wrongClient(seen: Seen) {
  return failed(seen, {
    class: "misconfigured",
    scope: "source",
    stated: true,
    code: "oauth_client_not_allowed",
    message:
      "Google does not open this API to the configured OAuth client; set OAUTH_CLIENT_ID to one that is allowed.",
  });
}

/** The owner's project lacks an API that the owner can enable; the other API is only open in projects that Google made. */
function staleProject(seen: Seen) {
  const help = seen.error.metadata["service"] === "cloudaicompanion.googleapis.com"
    ? 'switch on "Gemini for Google Cloud" for it in the Google Cloud console, under APIs & Services.'
    : "sign in once to Google's own program with this account, then here again.";
  return failed(seen, {
    class: "credential_stale",
    scope: "credential",
    code: "project_stale",
    message:
      `The API is switched off in this account's project; the project is looked up once more. If this stays, ${help}`,
  });
}

/** Answered with 503, or with 200 and this text in place of the model's: the client's version is refused. */
export const versionRule: Rule = (seen) =>
  /this version of [\w -]{1,40} is no longer supported/i.test(seen.error.message)
    ? failed(seen, {
      class: "misconfigured",
      scope: "source",
      stated: true,
      code: "client_version_refused",
      message:
        "Google no longer takes the client version that this proxy reports for this source; update GemiNitro or set " +
        `${SOURCE_TABLE[seen.source].settingPrefix}USER_AGENT to a newer version.`,
    })
    : undefined;

/**
 * A refusal for the host, edition, region or project, without saying which: tries another host first, and this account gets
 * a cooldown.
 */
export const permissionRule: Rule = (seen) =>
  seen.status === 403 && /^the caller does not have permission/i.test(seen.error.message)
    ? failed(seen, {
      class: "not_on_tier",
      scope: "credential",
      stated: true,
      until: seen.now + PERMISSION_LOCK,
      code: "permission_denied",
      message:
        "Google says that this account may not make this call, without a reason; see whether it works in Google's own " +
        "program. It rests for half an hour.",
    })
    : undefined;
