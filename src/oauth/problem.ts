import { err, type Failure } from "../core/mod.ts";
import type { StoreProblem } from "../store/mod.ts";
import type { OAuthProblem } from "./contract.ts";

/** A refusal, as a value. */
export function refuse(
  status: OAuthProblem["status"],
  code: string,
  message: string,
  more: Pick<OAuthProblem, "param" | "link"> = {},
) {
  return err({ status, code, message, ...more });
}

/** The warning was not confirmed. */
export function unconfirmed() {
  return refuse(
    422,
    "confirmation_required",
    `${OAUTH_WARNING} Send "confirmed": true if you want to go on.`,
    { param: "confirmed" },
  );
}

/** Converts Google's refusal to a problem for the user. */
export function fromFailure(failure: Failure) {
  const away = failure.class === "transport" || failure.class === "overloaded";
  return refuse(
    away ? 502 : failure.class === "misconfigured" ? 503 : 422,
    failure.code ?? failure.class,
    failure.message,
    failure.link === undefined ? {} : { link: failure.link },
  );
}

export function fromStore(problem: StoreProblem) {
  switch (problem.kind) {
    case "duplicate":
      return refuse(409, "duplicate", "This account is there already; nothing changed.");
    case "missing":
      return refuse(404, "not_found", "There is no such account; list the accounts to see their names.");
    case "conflict":
      return refuse(409, "conflict", "Somebody else changed this account meanwhile; try again.");
    case "invalid":
      return refuse(422, "invalid", problem.message, { param: problem.field });
  }
}

/** The warning before a sign-in; shown by the dashboard, the command line and the documents. */
export const OAUTH_WARNING =
  "Google's terms do not allow other software to use Antigravity or Gemini CLI sign-ins, and Google has suspended accounts " +
  "for it. Gemini CLI sign-ins serve only Standard and Enterprise licences since 18 June 2026, and an OAuth client of your own " +
  "is usually refused with SERVICE_DISABLED. The sign-in also gives access to your whole Google Cloud. API keys and Vertex AI " +
  "are allowed and recommended.";
