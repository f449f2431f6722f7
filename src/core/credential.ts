import type { Failure, FailureClass } from "./failure.ts";
import type { CredentialId, Tier } from "./ids.ts";
import type { ModelRules } from "./glob.ts";
import type { Secret } from "./secret.ts";
import { type CredentialType, isSourceOf, type SourceName, type SourceOf } from "./source.ts";

/** Why Google no longer accepts a credential; removed only by a check or a new sign-in. */
export interface Death {
  readonly class: FailureClass;
  readonly reason: string;
  readonly at: number;
  /** The machine word of the refusal, for clients: `invalid_api_key`, `key_suspended`. */
  readonly code?: string;
  /** The status of the refusal, repeated to clients; absent in records of older versions. */
  readonly status?: number;
  readonly link?: string;
}

/** Makes the stored refusal of a retired credential, shown on later calls and after a restart. */
export function deathOf(failure: Pick<Failure, "message" | "code" | "status" | "link">, at: number): Death {
  const { message: reason, code, status, link } = failure;
  return {
    class: "credential_dead",
    reason,
    at,
    status,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}

/** Fields of every credential, whatever its source. Secrets are `Secret`s, so a credential may be logged. */
interface CredentialBase extends ModelRules {
  readonly id: CredentialId;
  readonly source: SourceName;
  /** The user's name for it; empty when none was given. */
  readonly label: string;
  /** The user's words to find it by; absent without any. */
  readonly tags?: readonly string[];
  /** Last four characters of the secret, or the account's e-mail. */
  readonly tail: string;
  readonly tier: Tier;
  /** Google Cloud project, given by the user or read from an error; keys of one project share their buckets. */
  readonly project?: string;
  readonly enabled: boolean;
  /** Higher is served first within its source and tier; default 0. */
  readonly priority: number;
  readonly dead?: Death;
  /** Outbound proxy for this credential alone: http://, https:// or socks5:// URL. */
  readonly proxy?: string;
  readonly createdAt: number;
  /** Epoch milliseconds of the last edit, for optimistic concurrency. */
  readonly updatedAt: number;
}

export interface ApiKeyCredential extends CredentialBase {
  readonly source: SourceOf<"api_key">;
  readonly key: Secret;
}

export interface OAuthCredential extends CredentialBase {
  readonly source: SourceOf<"oauth">;
  readonly email: string;
  readonly refreshToken: Secret;
  readonly accessToken?: Secret;
  /** Epoch milliseconds at which accessToken ends. */
  readonly accessExpiresAt?: number;
  /** The Code Assist project that loadCodeAssist gave for this account. */
  readonly codeAssistProject?: string;
  /** True when Google said that no company manages the account: then only its source's first host serves it. */
  readonly consumer?: boolean;
  /** The OAuth client that the refresh token was given to; no other one can use it. Absent: the configured one. */
  readonly clientId?: string;
  readonly clientSecret?: Secret;
}

export interface VertexCredential extends CredentialBase {
  readonly source: SourceOf<"service_account">;
  /** The service-account file or application default credentials, as JSON text. */
  readonly serviceAccount: Secret;
  readonly location: string;
  readonly accessToken?: Secret;
  readonly accessExpiresAt?: number;
}

/** The credential of each type; a new type does not compile without one. */
interface CredentialOfType extends Record<CredentialType, CredentialBase> {
  readonly api_key: ApiKeyCredential;
  readonly oauth: OAuthCredential;
  readonly service_account: VertexCredential;
}
export type Credential = CredentialOfType[CredentialType];

/** Whether a credential is of a type, whatever its source. */
export function isOfType<Type extends CredentialType>(
  credential: Pick<Credential, "source">,
  type: Type,
): credential is CredentialOfType[Type] {
  return isSourceOf(credential.source, type);
}

/** States of a signed-in account. */
export const ACCOUNT_STATES = [
  "ready",
  "needs_set_up",
  "needs_sign_in",
  "needs_verification",
  "refused",
  "off",
] as const;
export type AccountState = typeof ACCOUNT_STATES[number];

/** An account's state with Google's own reason, and its remedy. */
export interface AccountStanding {
  readonly state: AccountState;
  readonly reason?: string;
  readonly code?: string;
  /** The page on which its owner can resolve that. */
  readonly link?: string;
  /** Epoch milliseconds at which it is tried again by itself; absent when only the remedy can help. */
  readonly until?: number;
  /** How to bring it back; absent when it is ready. */
  readonly remedy?: string;
}

/** A failed set-up, and the time of the next try. */
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

/** The state of an account. A key has none. */
export function accountStanding(credential: Credential, setUp?: FailedSetUp): AccountStanding | undefined {
  if (isOfType(credential, "api_key")) return undefined;
  const { dead, enabled } = credential;
  if (!enabled) return { state: "off", reason: "Disabled by the user.", remedy: REMEDIES.off };
  if (dead !== undefined) {
    const state = BY_CODE[dead.code ?? ""] ?? "refused";
    const remedy = state === "needs_set_up" ? AFTER_CHECK : REMEDIES[state];
    return { state, ...describeDeath(dead), remedy };
  }
  if (setUp !== undefined) {
    return {
      state: "needs_set_up",
      ...describeDeath(setUp),
      until: setUp.until,
      remedy: REMEDIES.needs_set_up,
    };
  }
  if (isOfType(credential, "service_account") || credential.codeAssistProject !== undefined) {
    return { state: "ready" };
  }
  return {
    state: "needs_set_up",
    reason: "Google has not set this account up yet; that happens with its next call.",
    remedy: REMEDIES.needs_set_up,
  };
}

/** True for a refusal that a new sign-in cannot resolve: Google has forbidden the account. */
export function isForbiddenAccount(code: string | undefined): boolean {
  if (code === undefined) return false;
  const state = BY_CODE[code];
  return state === undefined ? code.startsWith("account_") : state !== "needs_sign_in";
}

function describeDeath({ reason, code, link }: Pick<Death, "reason" | "code" | "link">) {
  return {
    reason,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}
