import { type Failure, isObject, type SourceName } from "../core/mod.ts";
import type { FailureInput } from "./contract.ts";
import { failed, see, type Seen } from "./failure_rule.ts";
import { serverRule } from "./server_failure.ts";

/** Classifies the token endpoint's refusal of a refresh: a revoked grant retires the account, a bad client the whole source. */
export function classifyTokenRefusal(input: FailureInput, source: SourceName): Failure {
  const seen = see(input, source);
  const word = oauthWord(input.body);
  if (word === "invalid_grant") return revoked(seen);
  if (word === "invalid_client" || word === "unauthorized_client" || word === "deleted_client") {
    return badClient(seen);
  }
  return serverRule(seen) ?? failed(seen, {
    class: "unknown",
    cools: "nothing",
    message:
      `Google's token endpoint answered with status ${seen.status} in a form that this proxy does not know.`,
  });
}

/** RFC 6749, section 5.2. */
function oauthWord(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) && typeof parsed["error"] === "string" ? parsed["error"] : "";
  } catch {
    return "";
  }
}

function revoked(seen: Seen): Failure {
  return failed(seen, {
    class: "credential_dead",
    cools: "credential",
    code: "sign_in_required",
    message: "The sign-in of this account has ended or was revoked; sign in again.",
  });
}

function badClient(seen: Seen): Failure {
  return failed(seen, {
    class: "config_fault",
    cools: "source",
    code: "invalid_client",
    message:
      "Google does not know the configured OAuth client; check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET.",
  });
}
