import type { Credential, Death } from "./credential.ts";

/** Where a signed-in account stands on its way to serving. */
export const ACCOUNT_STATES = [
  "ready",
  "needs_set_up",
  "needs_sign_in",
  "needs_verification",
  "refused",
  "off",
] as const;
export type AccountState = typeof ACCOUNT_STATES[number];

/** An account's state with Google's own reason, and what brings the account back. */
export interface AccountStanding {
  readonly state: AccountState;
  readonly reason?: string;
  readonly code?: string;
  /** The page on which its owner can change that. */
  readonly link?: string;
  /** Epoch milliseconds at which it is tried again by itself; absent when only the remedy helps. */
  readonly until?: number;
  /** What brings it back; absent when it is ready. */
  readonly remedy?: string;
}

/** A set-up that failed, and when the next one is tried. */
export type FailedSetUp = Pick<Death, "reason" | "code" | "link"> & { readonly until: number };

const BY_CODE: Readonly<Record<string, Exclude<AccountState, "ready">>> = {
  sign_in_required: "needs_sign_in",
  access_token_expired: "needs_sign_in",
  account_validation_required: "needs_verification",
  no_project: "needs_set_up",
  project_required: "needs_set_up",
  project_stale: "needs_set_up",
  account_setup_failed: "needs_set_up",
};

const REMEDIES: Readonly<Record<Exclude<AccountState, "ready">, string>> = {
  needs_set_up: "Do what the reason says, then check the account; it is also tried again by itself.",
  needs_sign_in: "Sign in again: geminitro login, or the dashboard's Keys page.",
  needs_verification: "Open the link, verify the account, then check it.",
  refused: "Nothing but a change at Google helps; appeal there or use another account, then check this one.",
  off: "Switch the account on.",
};
const AFTER_CHECK = "Do what the reason says, then check the account.";

/** Where an account stands. A key has no such state. */
export function accountStanding(credential: Credential, setUp?: FailedSetUp): AccountStanding | undefined {
  if (credential.source === "api_key") return undefined;
  const { dead, enabled } = credential;
  if (!enabled) return { state: "off", reason: "Disabled by the user.", remedy: REMEDIES.off };
  if (dead !== undefined) {
    const state = BY_CODE[dead.code ?? ""] ?? "refused";
    const remedy = state === "needs_set_up" ? AFTER_CHECK : REMEDIES[state];
    return { state, ...told(dead), remedy };
  }
  if (setUp !== undefined) {
    return { state: "needs_set_up", ...told(setUp), until: setUp.until, remedy: REMEDIES.needs_set_up };
  }
  if (credential.source === "vertex" || credential.codeAssistProject !== undefined) return { state: "ready" };
  return {
    state: "needs_set_up",
    reason: "Google has not set this account up yet; that happens with its next call.",
    remedy: REMEDIES.needs_set_up,
  };
}

/** True for a refusal that a new sign-in does not help: Google knows the account and does not let it. */
export function isForbiddenAccount(code: string | undefined): boolean {
  if (code === undefined) return false;
  const state = BY_CODE[code];
  return state === undefined ? code.startsWith("account_") : state !== "needs_sign_in";
}

function told({ reason, code, link }: Pick<Death, "reason" | "code" | "link">) {
  return {
    reason,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}
