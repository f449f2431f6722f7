import { type Failure, isObject, isSourceOf, parseForeign, type SourceName } from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { failed, see, type Seen } from "./failure_rule.ts";
import { busyUntil, serverRule } from "./server_failure.ts";

/** A refusal of the token endpoint, in its own words or in the shape of Google's other APIs. */
interface Refusal {
  readonly word: string;
  readonly description: string;
}

/** Errors for which Google rejects the client itself, for any account. */
const CLIENT_WORDS = new Set(["invalid_client", "deleted_client"]);

/** Classifies the token endpoint's refusal of a refresh: a revoked grant retires the account, a bad client the whole source. */
export function classifyTokenRefusal(input: FailureInput, source: SourceName): Failure {
  const seen = see(input, source);
  const { word, description } = refusalOf(input.body);
  if (word === "invalid_grant") {
    return /clock|timeframe/i.test(description) ? wrongClock(seen) : revoked(seen);
  }
  if (CLIENT_WORDS.has(word)) return badClient(seen);
  if (word === "unauthorized_client") return otherClient(seen);
  if (word === "invalid_request" && /client_secret/.test(description)) return noSecret(seen);
  const passing = seen.status === 429 ? busy(seen) : serverRule(seen);
  // The model was not called.
  if (passing !== undefined) return { ...passing, scope: "request" };
  return failed(seen, {
    class: "unknown",
    scope: "request",
    message:
      `Google's token endpoint answered with status ${seen.status} in a form that this proxy does not know.`,
  });
}

/** RFC 6749, section 5.2; sometimes `error` is an object with a status. */
function refusalOf(body: string): Refusal {
  try {
    const parsed: unknown = parseForeign(body);
    if (!isObject(parsed)) return { word: "", description: "" };
    const { error, error_description: description } = parsed;
    if (isObject(error)) {
      return { word: text(error["status"]).toLowerCase(), description: text(error["message"]) };
    }
    return { word: text(error), description: text(description) };
  } catch {
    return { word: "", description: "" };
  }
}

const text = (value: unknown): string => typeof value === "string" ? value : "";

function revoked(seen: Seen): Failure {
  return failed(seen, {
    class: "credential_dead",
    scope: "credential",
    stated: true,
    status: 401,
    code: "sign_in_required",
    message: isSourceOf(seen.source, "service_account")
      ? "Google does not take this service account or sign-in any more; add its current file again."
      : "The sign-in of this account has ended or was revoked; sign in again.",
  });
}

/** The failure of a wrong clock: a signed assertion is only valid for the hour it names. */
function wrongClock(seen: Seen): Failure {
  return failed(seen, {
    class: "misconfigured",
    scope: "source",
    stated: true,
    code: "wrong_clock",
    message: "Google refuses the time that this machine signs with; set the machine's clock.",
  });
}

function badClient(seen: Seen): Failure {
  return failed(seen, {
    class: "misconfigured",
    scope: "source",
    stated: true,
    code: "invalid_client",
    message:
      "Google does not know the configured OAuth client; check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET.",
  });
}

/** The failure of a token issued to another client, which concerns only this account. */
function otherClient(seen: Seen): Failure {
  return failed(seen, {
    class: "credential_dead",
    scope: "account",
    stated: true,
    status: 401,
    code: "sign_in_required",
    message:
      "The sign-in of this account was given to another OAuth client than the one it is used with; sign in again with this client.",
  });
}

function noSecret(seen: Seen): Failure {
  return failed(seen, {
    class: "misconfigured",
    scope: "source",
    stated: true,
    code: "client_secret_missing",
    message: "Google wants the secret of the configured OAuth client too; set OAUTH_CLIENT_SECRET.",
  });
}

function busy(seen: Seen): Failure {
  return failed(seen, {
    class: "overloaded",
    scope: "request",
    ...busyUntil(seen),
    code: "server_is_overloaded",
    message: "Google's token endpoint takes no more refreshes at the moment; try again shortly.",
  });
}
